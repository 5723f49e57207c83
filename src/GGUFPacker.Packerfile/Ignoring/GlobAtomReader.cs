using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace GGUFPacker.Packerfile.Ignoring;

/// <summary>Reads the regular expression that a pattern becomes, by the rules of Go's regexp package for the parts that can occur.</summary>
internal sealed class GlobAtomReader
{
    private const string OptionalDirectories = "(.*/)?";

    private readonly ImmutableArray<GlobAtom>.Builder _atoms = ImmutableArray.CreateBuilder<GlobAtom>();
    private readonly Rune[] _text;
    private readonly string _pattern;
    private int _position;

    private GlobAtomReader(string expression, string pattern) => (_text, _pattern) = ([.. expression.EnumerateRunes()], pattern);

    private int Next => Peek(0);

    /// <exception cref="FormatException">The expression is malformed.</exception>
    public static ImmutableArray<GlobAtom> Read(string expression, string pattern)
    {
        var reader = new GlobAtomReader(expression, pattern);
        while (reader._position < reader._text.Length)
        {
            reader.ReadAtom();
        }

        return reader._atoms.ToImmutable();
    }

    private int Peek(int ahead) => _position + ahead < _text.Length ? _text[_position + ahead].Value : -1;

    private int Take() => _position < _text.Length ? _text[_position++].Value : throw GlobSyntax.Malformed(_pattern);

    private void ReadAtom()
    {
        var c = Take();
        switch (c)
        {
            case '(':
                // Parentheses of the pattern itself are escaped.
                _position += OptionalDirectories.Length - 1;
                _atoms.Add(new(null, SkipTo: 3));
                _atoms.Add(new(RuneSet.Dot, Repeats: true));
                _atoms.Add(new(RuneSet.Slash));
                return;
            case '^':
                _atoms.Add(new(null, Anchor: 'A'));
                return;
            case '.':
                Add(RuneSet.Dot);
                return;
            case '[':
                Add(ReadClass());
                return;
            case '\\' when Next is 'A' or 'z' or 'b' or 'B':
                _atoms.Add(new(null, Anchor: (char)Take()));
                return;
            case '\\':
                Add(ReadNamed() ?? RuneSet.Of(ReadEscape()));
                return;
            default:
                Add(RuneSet.Of(c));
                return;
        }
    }

    private void Add(RuneSet set)
    {
        var repeats = Next == '*';
        _position += repeats ? 1 : 0;
        _atoms.Add(new(set, repeats));
    }

    private RuneSet ReadClass()
    {
        var isNegated = Next == '^';
        _position += isNegated ? 1 : 0;
        var ranges = ImmutableArray.CreateBuilder<(int, int)>();
        for (var isFirst = true; Next != ']' || isFirst; isFirst = false)
        {
            if (ReadPosixName() is { } named)
            {
                ranges.AddRange(named.Ranges);
                continue;
            }

            var low = Take();
            if (low == '\\' && ReadNamed() is { } perl)
            {
                ranges.AddRange(perl.Ranges);
                continue;
            }

            low = low == '\\' ? ReadEscape() : low;
            var high = low;
            if (Next == '-' && Peek(1) is not (']' or -1))
            {
                _position++;
                high = Take();
                high = high == '\\' ? ReadEscape() : high;
            }

            ranges.Add(low <= high ? (low, high) : throw GlobSyntax.Malformed(_pattern));
        }

        _position++;
        return new(ranges.ToImmutable(), isNegated);
    }

    private RuneSet? ReadPosixName()
    {
        if (Next != '[' || Peek(1) != ':')
        {
            return null;
        }

        var rest = string.Concat(_text[(_position + 2)..].Select(rune => rune.ToString()));
        var end = rest.IndexOf(":]", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var name = rest[..end];
        var isNegated = name.StartsWith('^');
        if (isNegated || RuneSet.Find(name) is not { } set || name.Contains('\\', StringComparison.Ordinal))
        {
            throw GlobSyntax.Malformed(_pattern);
        }

        _position += name.Length + 4;
        return set;
    }

    private RuneSet? ReadNamed()
    {
        var set = Next is > 0 and < 128 ? RuneSet.Find("\\" + (char)Next) : null;
        _position += set is null ? 0 : 1;
        return set;
    }

    // What follows a backslash: a sign stands for itself, a letter or digit only where Go's regexp knows it.
    private int ReadEscape()
    {
        var c = Take();
        switch (c)
        {
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case 'x':
                return ReadHex();
            case >= '1' and <= '7' when Next is < '0' or > '7':
                throw GlobSyntax.Malformed(_pattern);
            case >= '0' and <= '7':
                var value = c - '0';
                for (var i = 1; i < 3 && Next is >= '0' and <= '7'; i++)
                {
                    value = (value * 8) + Take() - '0';
                }

                return value;
            default:
                return c < 128 && !char.IsAsciiLetterOrDigit((char)c) ? c : throw GlobSyntax.Malformed(_pattern);
        }
    }

    private int ReadHex()
    {
        var isBraced = Next == '{';
        _position += isBraced ? 1 : 0;
        var digits = new StringBuilder();
        while (isBraced ? Next != '}' : digits.Length < 2)
        {
            digits.Append((char)Take());
        }

        _position += isBraced ? 1 : 0;
        return digits.Length <= 8
            && int.TryParse(digits.ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && value <= 0x10FFFF
            ? value
            : throw GlobSyntax.Malformed(_pattern);
    }
}
