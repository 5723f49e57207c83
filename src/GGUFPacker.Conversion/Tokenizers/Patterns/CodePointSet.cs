using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace GGUFPacker.Conversion.Tokenizers.Patterns;

/// <summary>A set of Unicode code points, as a character class of a pattern describes one. Immutable.</summary>
internal sealed class CodePointSet
{
    private readonly UInt128 _ascii;

    private CodePointSet(
        ImmutableArray<(int First, int Last)> ranges,
        uint categories,
        ImmutableArray<CodePointSet> members,
        CodePointSet? within,
        bool ignoreCase,
        bool negated)
    {
        Ranges = ranges;
        Categories = categories;
        Members = members;
        Within = within;
        IgnoreCase = ignoreCase;
        Negated = negated;

        for (var codePoint = 0; codePoint < 128; codePoint++)
        {
            if (Evaluate(codePoint))
            {
                _ascii |= UInt128.One << codePoint;
            }
        }
    }

    private ImmutableArray<(int First, int Last)> Ranges { get; }

    private uint Categories { get; }

    private ImmutableArray<CodePointSet> Members { get; }

    private CodePointSet? Within { get; }

    private bool IgnoreCase { get; }

    private bool Negated { get; }

    /// <summary>A range, both ends included.</summary>
    public static CodePointSet OfRange(int first, int last) => OfRanges([(first, last)]);

    /// <summary>Ranges, both ends included.</summary>
    public static CodePointSet OfRanges(ImmutableArray<(int First, int Last)> ranges) => new(ranges, 0, [], null, ignoreCase: false, negated: false);

    /// <summary>All code points of some general categories.</summary>
    public static CodePointSet OfCategories(params ReadOnlySpan<UnicodeCategory> categories)
    {
        var mask = 0u;
        foreach (var category in categories)
        {
            mask |= 1u << (int)category;
        }

        return new CodePointSet([], mask, [], null, ignoreCase: false, negated: false);
    }

    /// <summary>What is in any of the sets.</summary>
    public static CodePointSet Union(ImmutableArray<CodePointSet> sets) =>
        sets.Length == 1 ? sets[0] : new CodePointSet([], 0, sets, null, ignoreCase: false, negated: false);

    /// <summary>What is in this set and in another.</summary>
    public CodePointSet Intersect(CodePointSet other) => new([], 0, [this], other, ignoreCase: false, negated: false);

    /// <summary>What is not in this set.</summary>
    public CodePointSet Negate() => new([], 0, [this], null, ignoreCase: false, negated: true);

    /// <summary>Also what differs from a member only in case.</summary>
    public CodePointSet WithoutCase() => new([], 0, [this], null, ignoreCase: true, negated: false);

    /// <summary>Whether a code point is in the set.</summary>
    public bool Contains(int codePoint) => codePoint < 128 ? (_ascii >> codePoint & UInt128.One) != 0 : Evaluate(codePoint);

    private bool Evaluate(int codePoint) => (IgnoreCase ? EvaluateAnyCase(codePoint) : EvaluateExact(codePoint)) != Negated;

    private bool EvaluateExact(int codePoint)
    {
        foreach (var (first, last) in Ranges)
        {
            if (codePoint >= first && codePoint <= last)
            {
                return true;
            }
        }

        if (Categories != 0 && (Categories >> (int)CharUnicodeInfo.GetUnicodeCategory(codePoint) & 1) != 0)
        {
            return true;
        }

        foreach (var member in Members)
        {
            if (member.Contains(codePoint) && (Within is null || Within.Contains(codePoint)))
            {
                return true;
            }
        }

        return false;
    }

    private bool EvaluateAnyCase(int codePoint)
    {
        if (EvaluateExact(codePoint))
        {
            return true;
        }

        if (!Rune.TryCreate(codePoint, out var rune))
        {
            return false;
        }

        // .NET does not map letters to ASCII from outside of it, and so leaves out the long s and the Kelvin sign; the dotless i and the dotted I fold to
        // themselves.
        var lower = codePoint switch
        {
            0x17F => new Rune('s'),
            0x130 or 0x131 => rune,
            _ => Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)),
        };
        return EvaluateExact(lower.Value) || EvaluateExact(Rune.ToUpperInvariant(lower).Value) || lower.Value switch
        {
            's' => EvaluateExact(0x17F),
            'k' => EvaluateExact(0x212A),
            0xE5 => EvaluateExact(0x212B),
            0x3C3 => EvaluateExact(0x3C2),
            0x3BC => EvaluateExact(0xB5),
            _ => false,
        };
    }
}
