using System.Collections.Immutable;
using System.Text;

namespace GGUFPacker.Packerfile.Ignoring;

/// <summary>A set of runes: ranges, or all but those.</summary>
internal sealed record RuneSet(ImmutableArray<(int Low, int High)> Ranges, bool IsNegated = false)
{
    private const int Last = 0x10FFFF;

    private static readonly Dictionary<string, RuneSet> Named = new(StringComparer.Ordinal)
    {
        ["alnum"] = Of("09AZaz"),
        ["alpha"] = Of("AZaz"),
        ["ascii"] = Of("\0\u007F"),
        ["blank"] = Of("\t\t  "),
        ["cntrl"] = Of("\0\u001F\u007F\u007F"),
        ["digit"] = Of("09"),
        ["graph"] = Of("!~"),
        ["lower"] = Of("az"),
        ["print"] = Of(" ~"),
        ["punct"] = Of("!/:@[`{~"),
        ["space"] = Of("\t\r  "),
        ["upper"] = Of("AZ"),
        ["word"] = Of("09AZaz__"),
        ["xdigit"] = Of("09AFaf"),
        ["\\d"] = Of("09"),
        ["\\s"] = Of("\t\n\f\r  "),
        ["\\w"] = Of("09AZaz__"),
    };

    /// <summary>Any rune but a line feed, as <c>.</c>.</summary>
    public static RuneSet Dot { get; } = new([('\n', '\n')], IsNegated: true);

    /// <summary>A slash.</summary>
    public static RuneSet Slash { get; } = Of("//");

    /// <summary>One rune.</summary>
    public static RuneSet Of(int rune) => new([(rune, rune)]);

    /// <summary>A class by its POSIX name, or <c>\d</c>, <c>\s</c>, <c>\w</c> and their opposites; null if there is none.</summary>
    public static RuneSet? Find(string name)
    {
        var isOpposite = name is ['\\', >= 'A' and <= 'Z'];
        return Named.GetValueOrDefault(isOpposite ? name.ToLowerInvariant() : name) is { } set
            ? isOpposite ? new(Complement(set.Ranges)) : set
            : null;
    }

    /// <summary>Whether a rune is in the set.</summary>
    public bool Contains(Rune rune) => Ranges.Any(range => range.Low <= rune.Value && rune.Value <= range.High) != IsNegated;

    private static RuneSet Of(string bounds) => new([.. bounds.Chunk(2).Select(pair => ((int)pair[0], (int)pair[1]))]);

    private static ImmutableArray<(int Low, int High)> Complement(ImmutableArray<(int Low, int High)> ranges)
    {
        var complement = ImmutableArray.CreateBuilder<(int, int)>();
        var next = 0;
        foreach (var (low, high) in ranges.Order())
        {
            if (low > next)
            {
                complement.Add((next, low - 1));
            }

            next = Math.Max(next, high + 1);
        }

        complement.Add((next, Last));
        return complement.ToImmutable();
    }
}
