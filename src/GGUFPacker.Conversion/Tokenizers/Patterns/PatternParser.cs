using System.Collections.Immutable;
using System.Globalization;

namespace GGUFPacker.Conversion.Tokenizers.Patterns;

/// <summary>
/// Parses a pattern in Oniguruma's own syntax, which is what Hugging Face's tokenizers use. Captures are groups like others here. Back references, subroutine
/// calls, conditions, <c>\K</c> and <c>\X</c> are not supported: no tokenizer is known to use them.
/// </summary>
internal sealed class PatternParser
{
    private const int MaximumLength = 1 << 16;
    private const int MaximumDepth = 100;
    private const int MaximumRepeats = 100_000;

    private readonly PatternReader _reader;
    private int _depth;
    private bool _ignoreCase;
    private bool _dotMatchesAll;

    private PatternParser(string pattern) => _reader = new PatternReader(pattern);

    /// <summary>Parses a pattern.</summary>
    /// <exception cref="TokenizerStepException">The pattern is invalid, too long, or uses something that is not supported.</exception>
    public static PatternNode Parse(string pattern)
    {
        if (pattern.Length > MaximumLength)
        {
            throw new TokenizerStepException($"A pattern has {pattern.Length} characters; at most {MaximumLength} are read.");
        }

        var parser = new PatternParser(pattern);
        var node = parser.ParseAlternation();
        return parser._reader.IsAtEnd ? node : throw parser._reader.Unsupported("a ')' without its '('");
    }

    private PatternNode ParseAlternation()
    {
        if (++_depth > MaximumDepth)
        {
            throw _reader.Unsupported("too many groups inside each other");
        }

        var choices = ImmutableArray.CreateBuilder<PatternNode>();
        do
        {
            choices.Add(ParseSequence());
        }
        while (_reader.TryTake('|'));

        _depth--;
        return choices.Count == 1 ? choices[0] : new PatternNode.Alternation(choices.ToImmutable());
    }

    private PatternNode ParseSequence()
    {
        var parts = ImmutableArray.CreateBuilder<PatternNode>();
        while (_reader.Next is not (null or '|' or ')'))
        {
            parts.Add(ParseRepeats(ParsePart()));
        }

        return parts.Count == 1 ? parts[0] : new PatternNode.Sequence(parts.ToImmutable());
    }

    private PatternNode ParseRepeats(PatternNode part)
    {
        for (var count = 0; TryParseRepeat(out var minimum, out var maximum, out var mode); count++)
        {
            if (count == MaximumDepth)
            {
                throw _reader.Unsupported("too many repetitions of one part");
            }

            part = new PatternNode.Repeat(part, minimum, maximum, mode);
        }

        return part;
    }

    private bool TryParseRepeat(out int minimum, out int maximum, out RepeatMode mode)
    {
        (minimum, maximum, mode) = (0, int.MaxValue, RepeatMode.Greedy);
        var isInterval = TryParseInterval(ref minimum, ref maximum);
        if (!isInterval)
        {
            if (_reader.TryTake('+'))
            {
                minimum = 1;
            }
            else if (_reader.TryTake('?'))
            {
                maximum = 1;
            }
            else if (!_reader.TryTake('*'))
            {
                return false;
            }
        }

        // x{2}? is an optional x{2}, and x{2,3}+ repeats x{2,3}; only the single signs can be lazy and possessive throughout.
        if (!(isInterval && minimum == maximum) && _reader.TryTake('?'))
        {
            mode = RepeatMode.Lazy;
        }
        else if (!isInterval && _reader.TryTake('+'))
        {
            mode = RepeatMode.Possessive;
        }

        return true;
    }

    // Braces that hold no interval stand for themselves.
    private bool TryParseInterval(ref int minimum, ref int maximum)
    {
        if (_reader.Next != '{' || _reader.PeekUntil("}")?[1..].Split(',') is not { Length: 1 or 2 } bounds
            || bounds.All(bound => bound.Length == 0) || bounds.Any(bound => bound.Any(character => !char.IsAsciiDigit(character))))
        {
            return false;
        }

        _reader.TakeUntil("}");
        minimum = bounds[0].Length == 0 ? 0 : ParseCount(bounds[0]);
        maximum = bounds.Length == 1 ? minimum : bounds[1].Length == 0 ? int.MaxValue : ParseCount(bounds[1]);
        return minimum <= maximum ? true : throw _reader.Unsupported("a repetition whose bounds are reversed");
    }

    private int ParseCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MaximumRepeats
            ? count
            : throw _reader.Unsupported($"a repetition of more than {MaximumRepeats}");

    private PatternNode ParsePart()
    {
        if (_reader.TryTake('('))
        {
            return ParseGroup();
        }

        if (_reader.TryTake('['))
        {
            return One(new CharacterClassParser(_reader, _ignoreCase).Parse());
        }

        if (_reader.TryTake('.'))
        {
            return One(_dotMatchesAll ? CodePointSet.OfRange(0, 0x10FFFF) : CodePointSet.OfRange('\n', '\n').Negate());
        }

        if (_reader.TryTake('^'))
        {
            return new PatternNode.Anchor(AnchorKind.LineStart);
        }

        if (_reader.TryTake('$'))
        {
            return new PatternNode.Anchor(AnchorKind.LineEnd);
        }

        if (_reader.TryTake('\\'))
        {
            return ParseEscape();
        }

        return _reader.Next is '*' or '+' or '?'
            ? throw _reader.Unsupported($"a '{_reader.Next}' that repeats nothing")
            : Literal(_reader.TakeCodePoint());
    }

    private PatternNode ParseGroup()
    {
        var outer = (_ignoreCase, _dotMatchesAll);
        var node = ParseGroupContent(out var isClosed);
        (_ignoreCase, _dotMatchesAll) = outer;
        return isClosed || _reader.TryTake(')') ? node : throw _reader.Unsupported("a '(' without its ')'");
    }

    private PatternNode ParseGroupContent(out bool isClosed)
    {
        isClosed = false;
        if (!_reader.TryTake('?') || _reader.TryTake(':'))
        {
            return ParseAlternation();
        }

        if (_reader.TryTake('>'))
        {
            return new PatternNode.Atomic(ParseAlternation());
        }

        var behind = _reader.TryTake("<=") ? '=' : _reader.TryTake("<!") ? '!' : (char?)null;
        if (behind is not null || _reader.Next is '=' or '!')
        {
            var negative = (behind ?? (char)_reader.TakeCodePoint()) == '!';
            return new PatternNode.Look(ParseAlternation(), Behind: behind is not null, negative);
        }

        if (_reader.TryTake('<') || _reader.TryTake("P<"))
        {
            _reader.TakeUntil(">");
            return ParseAlternation();
        }

        if (_reader.TryTake('#'))
        {
            _reader.TakeUntil(")");
            isClosed = true;
            return new PatternNode.Sequence([]);
        }

        ParseOptions();

        // Options without a group of their own hold to the end of the group around them, whose ')' is left for it.
        isClosed = _reader.TryTake(')');
        return isClosed || _reader.TryTake(':') ? ParseAlternation() : throw _reader.Unsupported("a group of an unknown kind");
    }

    private void ParseOptions()
    {
        var on = true;
        while (_reader.Next is not (null or ':' or ')'))
        {
            var option = _reader.TakeCodePoint();
            switch (option)
            {
                case '-':
                    on = false;
                    break;
                case 'i':
                    _ignoreCase = on;
                    break;
                case 'm':
                    _dotMatchesAll = on;
                    break;
                default:
                    throw _reader.Unsupported("a group of an unknown kind");
            }
        }
    }

    // After the backslash.
    private PatternNode ParseEscape()
    {
        AnchorKind? anchor = _reader.Next switch
        {
            'A' => AnchorKind.TextStart,
            'z' => AnchorKind.TextEnd,
            'Z' => AnchorKind.LastLineEnd,
            'b' => AnchorKind.WordBoundary,
            'B' => AnchorKind.NoWordBoundary,
            _ => null,
        };
        if (anchor is not null)
        {
            _reader.TakeCodePoint();
            return new PatternNode.Anchor(anchor.Value);
        }

        if (_reader.TryTake('R'))
        {
            return new PatternNode.Atomic(new PatternNode.Alternation(
            [
                new PatternNode.Sequence([Literal('\r'), Literal('\n')]),
                One(CodePointSet.OfRanges([('\n', '\r'), (0x85, 0x85), (0x2028, 0x2029)])),
            ]));
        }

        if (_reader.TryTake('N'))
        {
            return One(CodePointSet.OfRange('\n', '\n').Negate());
        }

        if (_reader.TryTake('O'))
        {
            return One(CodePointSet.OfRange(0, 0x10FFFF));
        }

        if (_reader.Next is 'k' or 'g' or 'G' or 'K' or 'X' or 'y' or 'Y' or (>= '1' and <= '9'))
        {
            throw _reader.Unsupported($"\\{_reader.Next}");
        }

        return _reader.TryTakeClass(inBrackets: false) is { } set ? One(set) : Literal(_reader.TakeEscapedCodePoint());
    }

    private PatternNode.One Literal(int codePoint)
    {
        var set = CodePointSet.OfRange(codePoint, codePoint);
        return One(_ignoreCase ? set.WithoutCase() : set);
    }

    private static PatternNode.One One(CodePointSet set) => new(set);
}
