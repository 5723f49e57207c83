using System.Globalization;
using System.Text;

namespace GGUFPacker.Conversion.Tokenizers.Patterns;

/// <summary>Reads the characters and escapes of a pattern.</summary>
internal sealed class PatternReader(string pattern)
{
    private int _position;

    /// <summary>Whether everything is read.</summary>
    public bool IsAtEnd => _position >= pattern.Length;

    /// <summary>The next character; null at the end.</summary>
    public char? Next => PeekAt(0);

    /// <summary>A character further on; null behind the end.</summary>
    public char? PeekAt(int distance) => _position + distance < pattern.Length ? pattern[_position + distance] : null;

    /// <summary>Takes the next character if it is this one.</summary>
    public bool TryTake(char character)
    {
        if (Next != character)
        {
            return false;
        }

        _position++;
        return true;
    }

    /// <summary>Takes the next characters if they are these.</summary>
    public bool TryTake(string text)
    {
        if (!pattern.AsSpan(_position).StartsWith(text, StringComparison.Ordinal))
        {
            return false;
        }

        _position += text.Length;
        return true;
    }

    /// <summary>The characters up to the next <paramref name="end"/>, which is not taken; null if it does not come.</summary>
    public string? PeekUntil(string end)
    {
        var index = pattern.IndexOf(end, _position, StringComparison.Ordinal);
        return index < 0 ? null : pattern[_position..index];
    }

    /// <summary>Takes the characters up to the next <paramref name="end"/>, and that too.</summary>
    /// <exception cref="TokenizerStepException">It does not come.</exception>
    public string TakeUntil(string end)
    {
        var text = PeekUntil(end) ?? throw Unsupported($"something that needs a '{end}'");
        _position += text.Length + end.Length;
        return text;
    }

    /// <summary>Takes a code point.</summary>
    /// <exception cref="TokenizerStepException">There is none.</exception>
    public int TakeCodePoint()
    {
        if (IsAtEnd || !Rune.TryGetRuneAt(pattern, _position, out var rune))
        {
            throw Unsupported(IsAtEnd ? "its end in the middle" : "half of a surrogate pair");
        }

        _position += rune.Utf16SequenceLength;
        return rune.Value;
    }

    /// <summary>Takes, after a backslash, the name of a class: \d, \s, \w, \h, \p{…} and their opposites. Null if it is no class's.</summary>
    /// <param name="inBrackets">Whether it stands in a bracket expression, where <c>\w</c> has fewer members.</param>
    public CodePointSet? TryTakeClass(bool inBrackets)
    {
        var set = Next switch
        {
            'd' or 'D' => UnicodeProperty.Digit,
            's' or 'S' => UnicodeProperty.Space,
            'w' or 'W' => inBrackets ? UnicodeProperty.FindBracket("word") : UnicodeProperty.Word,
            'h' or 'H' => UnicodeProperty.HexDigit,
            'p' or 'P' when PeekAt(1) == '{' => UnicodeProperty.Find((PeekUntil("}") ?? throw Unsupported("a property without its '}'"))[2..].TrimStart('^')),
            _ => null,
        };
        if (set is null)
        {
            return null;
        }

        var letter = pattern[_position++];
        var negative = char.IsAsciiLetterUpper(letter);
        if (letter is 'p' or 'P')
        {
            negative ^= TakeUntil("}").StartsWith("{^", StringComparison.Ordinal);
        }

        return negative ? set.Negate() : set;
    }

    /// <summary>Takes, after a backslash, a control character's letter, a code, or a character that stands for itself.</summary>
    /// <exception cref="TokenizerStepException">It is something else.</exception>
    public int TakeEscapedCodePoint()
    {
        var letter = TakeCodePoint();
        switch (letter)
        {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'f':
                return '\f';
            case 'v':
                return '\v';
            case 'a':
                return '\a';
            case 'e':
                return 0x1B;
            case '0':
                return TakeNumber(maximumDigits: 2, numberBase: 8);
            case 'u':
                return TakeNumber(maximumDigits: 4, numberBase: 16);
            case 'x' when TryTake('{'):
                var code = TakeUntil("}");
                return int.TryParse(code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 0x10FFFF
                    ? value
                    : throw Unsupported($"the code \\x{{{code}}}");
            case 'x':
                return TakeNumber(maximumDigits: 2, numberBase: 16);
            case 'c' or 'C' or 'M':
                throw Unsupported($"\\{(char)letter}");
            default:
                return letter;
        }
    }

    /// <summary>The exception for something that is invalid or not supported.</summary>
    public TokenizerStepException Unsupported(string what) =>
        new($"The pattern '{(pattern.Length <= 200 ? pattern : $"{pattern[..200]}…")}' has {what} at {_position}, which is not supported.");

    private int TakeNumber(int maximumDigits, int numberBase)
    {
        var start = _position;
        while (_position - start < maximumDigits && Next is { } digit && char.IsAsciiHexDigit(digit) && (numberBase == 16 || digit is >= '0' and <= '7'))
        {
            _position++;
        }

        return _position == start ? 0 : Convert.ToInt32(pattern[start.._position], numberBase);
    }
}
