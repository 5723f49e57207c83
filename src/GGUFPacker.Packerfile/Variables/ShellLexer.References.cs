using System.Buffers;
using System.Globalization;
using System.Text;

namespace GGUFPacker.Packerfile.Variables;

/// <content>What follows a dollar sign.</content>
internal sealed partial class ShellLexer
{
    private string ReadReference()
    {
        _position++;
        if (Next != '{')
        {
            var bare = ReadName();
            return bare.Length == 0 ? "$" : TryGet(bare, out var found) || !_options.KeepUnset ? found : "$" + bare;
        }

        _position++;
        if (Next is '{' or '}' or ':')
        {
            throw Fault(ExpansionFault.MissingName, "no name follows '${'");
        }

        if (Next == End)
        {
            throw Fault(ExpansionFault.UnclosedBrace, "'${' is not closed by '}'");
        }

        var name = ReadName();
        var start = _position;
        switch (Read())
        {
            case '}':
                return TryGet(name, out var value) || !_options.KeepUnset ? value : $"${{{name}}}";
            case ':':
                return Read() is '#' or '%' ? throw UnknownOperator(start) : ReadDefault(name, start, emptyIsUnset: true);
            case '+' or '-' or '?':
                return ReadDefault(name, start, emptyIsUnset: false);
            case '#' or '%':
                return ReadTrim(name, start);
            case '/':
                return ReadReplacement(name);
            default:
                throw UnknownOperator(start);
        }
    }

    private int Read()
    {
        var c = Next;
        _position += c == End ? 0 : 1;
        return c;
    }

    private string ReadOperand(int stop, bool rawEscapes)
    {
        try
        {
            return ReadUntil(stop, rawEscapes).Text;
        }
        catch (ExpansionException e) when (Next == End && e.Fault != ExpansionFault.LimitExceeded)
        {
            // Whatever went wrong inside, the text ended before the brace.
            throw stop == '/'
                ? Fault(ExpansionFault.MissingReplacement, "'/' and a replacement are missing behind the pattern in '${'")
                : Fault(ExpansionFault.UnclosedBrace, "'${' is not closed by '}'");
        }
    }

    private string ReadDefault(string name, int start, bool emptyIsUnset)
    {
        var operation = _text[start.._position];
        var word = ReadOperand('}', rawEscapes: false);
        var isSet = TryGet(name, out var value);
        if (!isSet && _options.KeepUnset)
        {
            return $"${{{name}{operation}{word}}}";
        }

        var hasValue = isSet && !(emptyIsUnset && value.Length == 0);
        return operation[^1] switch
        {
            '-' => hasValue ? value : word,
            '+' => hasValue ? word : "",
            '?' => hasValue ? value : throw Fault(
                ExpansionFault.RequiredVariable,
                $"{name}: {(word.Length > 0 ? word : isSet ? "must not be empty" : "must be set")}"),
            _ => throw UnknownOperator(start),
        };
    }

    private string ReadTrim(string name, int start)
    {
        var operation = _text[start];
        var pattern = ReadOperand('}', rawEscapes: true);
        var isSet = TryGet(name, out var value);
        if (!isSet && _options.KeepUnset)
        {
            return $"${{{name}{operation}{pattern}}}";
        }

        var greedy = pattern.StartsWith(operation);
        var compiled = Compile(greedy ? pattern[1..] : pattern, value, greedy, reversed: operation == '%');
        return operation == '%' ? compiled.TrimEnd(value) : compiled.TrimStart(value);
    }

    private string ReadReplacement(string name)
    {
        var all = Next == '/';
        _position += all ? 1 : 0;
        var pattern = ReadOperand('/', rawEscapes: true);
        var replacement = ReadOperand('}', rawEscapes: true);
        var isSet = TryGet(name, out var value);
        if (!isSet && _options.KeepUnset)
        {
            return $"${{{name}/{pattern}/{replacement}}}";
        }

        var compiled = Compile(pattern, value, greedy: true, reversed: false);
        var replaced = all ? compiled.ReplaceAll(value, replacement) : compiled.ReplaceFirst(value, replacement);
        CheckLength(replaced.Length);
        return replaced;
    }

    private ShellPattern Compile(string pattern, string value, bool greedy, bool reversed)
    {
        if (pattern.Length > PackerfileLimits.PatternLength)
        {
            throw Fault(ExpansionFault.LimitExceeded, $"a pattern is longer than {PackerfileLimits.PatternLength} characters");
        }

        if ((long)pattern.Length * value.Length > PackerfileLimits.PatternWork)
        {
            throw Fault(ExpansionFault.LimitExceeded, $"a pattern of {pattern.Length} characters is too long for a value of {value.Length}");
        }

        return ShellPattern.TryParse(pattern, greedy, reversed, out var compiled, out var badEscape)
            ? compiled
            : throw Fault(ExpansionFault.InvalidPattern, $"the escape '{badEscape}' means nothing in the pattern '{pattern}'");
    }

    // Letters, digits and underscores; a name that begins with a digit is digits only; special parameters are one character.
    private string ReadName()
    {
        var start = _position;
        if (Next is '@' or '*' or '#' or '?' or '-' or '$' or '!')
        {
            return _text[_position++].ToString();
        }

        var digitsOnly = false;
        while (Rune.DecodeFromUtf16(_text.AsSpan(_position), out var rune, out var length) == OperationStatus.Done)
        {
            var isDigit = Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;
            if (!isDigit && (digitsOnly || (!Rune.IsLetter(rune) && rune.Value != '_')))
            {
                break;
            }

            digitsOnly |= isDigit && _position == start;
            _position += length;
        }

        return _text[start.._position];
    }

    private ExpansionException UnknownOperator(int start) =>
        Next == End && start >= _text.Length
            ? Fault(ExpansionFault.UnclosedBrace, "'${' is not closed by '}'")
            : Fault(ExpansionFault.UnknownOperator, $"the operator '{_text[start.._position]}' is not known");
}
