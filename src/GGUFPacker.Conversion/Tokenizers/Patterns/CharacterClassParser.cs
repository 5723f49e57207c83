using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Tokenizers.Patterns;

/// <summary>Parses a character class: what stands between '[' and ']', with classes inside it and intersections (&amp;&amp;).</summary>
internal sealed class CharacterClassParser(PatternReader reader, bool ignoreCase)
{
    private const int MaximumDepth = 100;

    private int _depth;

    /// <summary>Parses a class whose '[' is taken.</summary>
    /// <exception cref="TokenizerStepException">It is invalid or not supported.</exception>
    public CodePointSet Parse()
    {
        if (++_depth > MaximumDepth)
        {
            throw reader.Unsupported("too many classes inside each other");
        }

        var negative = reader.TryTake('^');
        var members = ImmutableArray.CreateBuilder<CodePointSet>();
        CodePointSet? within = null;

        // A ']' that comes first is a member.
        for (var first = true; first || !reader.TryTake(']'); first = false)
        {
            if (reader.IsAtEnd)
            {
                throw reader.Unsupported("a '[' without its ']'");
            }

            if (reader.TryTake("&&"))
            {
                var left = CodePointSet.Union(members.ToImmutable());
                within = within is null ? left : within.Intersect(left);
                members.Clear();
                continue;
            }

            members.Add(ParseMember());
        }

        _depth--;
        var set = CodePointSet.Union(members.ToImmutable());
        set = within is null ? set : within.Intersect(set);
        set = ignoreCase ? set.WithoutCase() : set;
        return negative ? set.Negate() : set;
    }

    private CodePointSet ParseMember()
    {
        if (reader.TryTake("[:"))
        {
            var name = reader.TakeUntil(":]");
            return name.StartsWith('^') ? UnicodeProperty.FindBracket(name[1..]).Negate() : UnicodeProperty.FindBracket(name);
        }

        if (reader.TryTake('['))
        {
            return Parse();
        }

        if (IsClassName(0))
        {
            reader.TryTake('\\');
            if (reader.TryTakeClass(inBrackets: true) is { } set)
            {
                return set;
            }

            var escaped = reader.TakeEscapedCodePoint();
            return CodePointSet.OfRange(escaped, escaped);
        }

        var first = TakeCodePoint();

        // A '-' is a range's only between two single characters; at the end, or before a class, it stands for itself.
        if (reader.Next != '-' || reader.PeekAt(1) is null or ']' or '[' || IsClassName(1) || (reader.PeekAt(1) == '&' && reader.PeekAt(2) == '&'))
        {
            return CodePointSet.OfRange(first, first);
        }

        reader.TryTake('-');
        var last = TakeCodePoint();
        return first <= last ? CodePointSet.OfRange(first, last) : throw reader.Unsupported("a range whose ends are reversed");
    }

    private bool IsClassName(int distance) =>
        reader.PeekAt(distance) == '\\' && reader.PeekAt(distance + 1) is 'd' or 'D' or 's' or 'S' or 'w' or 'W' or 'h' or 'H' or 'p' or 'P';

    private int TakeCodePoint()
    {
        if (!reader.TryTake('\\'))
        {
            return reader.TakeCodePoint();
        }

        return reader.TryTake('b') ? '\b' : reader.TakeEscapedCodePoint();
    }
}
