using System.Text;
using GGUFPacker.Packerfile.Syntax;

namespace GGUFPacker.Packerfile.Variables;

/// <summary>
/// One run over a word: resolves quotes and escapes, expands variables, and cuts the result into words.
/// Values are never read again: what they hold is text.
/// </summary>
internal sealed partial class ShellLexer
{
    private const int End = -1;

    private readonly ShellLexerOptions _options;
    private readonly IReadOnlyDictionary<string, string> _variables;
    private readonly string _source;
    private readonly string _text;
    private readonly StringBuilder _word = new();
    private int _position;
    private int _depth;
    private bool _rawEscapes;

    private ShellLexer(string text, IReadOnlyDictionary<string, string> variables, ShellLexerOptions options)
    {
        _source = text;
        _text = SourceText.Scrub(text);
        _position = _text.StartsWith('\uFEFF') ? 1 : 0;
        _variables = variables;
        _options = options;
    }

    /// <summary>The expanded text.</summary>
    public string Result { get; private set; } = "";

    /// <summary>The expanded text cut at blanks outside quotes; blanks that come from values cut too.</summary>
    public IReadOnlyList<string> Words { get; private set; } = [];

    /// <summary>Names looked up and found.</summary>
    public SortedSet<string> Matched { get; } = new(StringComparer.Ordinal);

    /// <summary>Names looked up and not found.</summary>
    public SortedSet<string> Unmatched { get; } = new(StringComparer.Ordinal);

    private int Next => _position < _text.Length ? _text[_position] : End;

    /// <summary>Expands a text.</summary>
    /// <exception cref="ExpansionException">The text is faulty.</exception>
    public static ShellLexer Run(string text, IReadOnlyDictionary<string, string> variables, ShellLexerOptions options)
    {
        var lexer = TryRun(text, variables, options, out var fault);
        return fault is null ? lexer : throw fault;
    }

    /// <summary>Expands a text; a faulty one gives the fault and the names found before it.</summary>
    public static ShellLexer TryRun(string text, IReadOnlyDictionary<string, string> variables, ShellLexerOptions options, out ExpansionException? fault)
    {
        var lexer = new ShellLexer(text, variables, options);
        fault = null;
        try
        {
            (lexer.Result, lexer.Words) = lexer.ReadUntil(End, options.RawEscapes);
        }
        catch (ExpansionException e)
        {
            fault = e;
        }

        return lexer;
    }

    private (string Text, List<string> Words) ReadUntil(int stop, bool rawEscapes)
    {
        if (++_depth > PackerfileLimits.ExpansionDepth)
        {
            throw Fault(ExpansionFault.LimitExceeded, $"more than {PackerfileLimits.ExpansionDepth} substitutions stand inside each other");
        }

        // A word begun before a nested substitution is lost here, as in the reference, which shares one buffer. Only the
        // search for heredocs looks at words, and it has to find what the reference finds.
        _word.Clear();
        var outerRawEscapes = _rawEscapes;
        _rawEscapes = rawEscapes;
        var result = new StringBuilder();
        var words = new List<string>();
        var stopped = stop == End;
        for (var c = Next; c != End; c = Next)
        {
            if (c == stop)
            {
                _position++;
                stopped = true;
                break;
            }

            if (c == '$')
            {
                var value = ReadReference();
                result.Append(value);
                AddText(SourceText.Scrub(value), words);
            }
            else if (ReadQuotesOrMark(c) is { } literal)
            {
                result.Append(literal);
                _word.Append(literal);
            }
            else if (c == _options.Escape)
            {
                var escaped = ReadEscape(stop);
                result.Append(escaped);
                _word.Append(escaped);
            }
            else
            {
                _position++;
                result.Append((char)c);
                AddText([(char)c], words);
            }

            CheckLength(result.Length);
        }

        if (!stopped)
        {
            throw stop == '/'
                ? Fault(ExpansionFault.MissingReplacement, "'/' and a replacement are missing behind the pattern in '${'")
                : Fault(ExpansionFault.UnclosedBrace, "'${' is not closed by '}'");
        }

        FinishWord(words);
        _rawEscapes = outerRawEscapes;
        _depth--;
        return (result.ToString(), words);
    }

    private string? ReadQuotesOrMark(int c) => c switch
    {
        '\'' when !_options.PlainQuotes => ReadSingleQuotes(),
        '"' when !_options.PlainQuotes => ReadDoubleQuotes(),
        '<' => ReadHeredocMark(),
        _ => null,
    };

    private string ReadSingleQuotes()
    {
        var end = _text.IndexOf('\'', _position + 1);
        if (end < 0)
        {
            _position = _text.Length;
            throw Fault(ExpansionFault.UnclosedSingleQuote, "a single quote is not closed");
        }

        var quoted = _options.RawQuotes ? _text[_position..(end + 1)] : _text[(_position + 1)..end];
        _position = end + 1;

        // In a pattern a quoted backslash is a backslash; a quoted star still is a star.
        return _rawEscapes && !_options.RawQuotes ? quoted.Replace("\\", "\\\\", StringComparison.Ordinal) : quoted;
    }

    private string ReadDoubleQuotes()
    {
        var result = new StringBuilder();
        var quote = _options.RawQuotes ? "\"" : "";
        result.Append(quote);
        _position++;
        while (true)
        {
            var c = Next;
            switch (c)
            {
                case End:
                    throw Fault(ExpansionFault.UnclosedDoubleQuote, "a double quote is not closed");
                case '"':
                    _position++;
                    return result.Append(quote).ToString();
                case '$':
                    result.Append(ReadReference());
                    CheckLength(result.Length);
                    continue;
            }

            _position++;
            if (c == _options.Escape)
            {
                result.Append(_rawEscapes ? (char)c : "");
                if (Next == End)
                {
                    continue;
                }

                // Inside double quotes an escape works before these only and is text elsewhere.
                if (Next is '"' or '$' || Next == _options.Escape)
                {
                    c = Next;
                    _position++;
                }
            }

            result.Append((char)c);
        }
    }

    private string ReadEscape(int stop)
    {
        _position++;
        if (_options.PlainEscapes && Next != '$' && Next != _options.Escape && (stop == End || Next != stop))
        {
            return _options.Escape.ToString();
        }

        var escape = _rawEscapes ? _options.Escape.ToString() : "";
        return Next == End ? escape : escape + _text[_position++];
    }

    // Blanks behind '<<' belong to the mark, so that '<< WORD' is one word.
    private string ReadHeredocMark()
    {
        var start = _position++;
        if (Next == '<')
        {
            _position++;
            while (Next is '\t' or '\r' or ' ')
            {
                _position++;
            }
        }

        return _text[start.._position];
    }

    private bool TryGet(string name, out string value)
    {
        if (_variables.TryGetValue(name, out var found))
        {
            Matched.Add(name);
            value = found;
            return true;
        }

        Unmatched.Add(name);
        value = "";
        return false;
    }

    private void AddText(ReadOnlySpan<char> text, List<string> words)
    {
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
            {
                _word.Append(c);
            }
            else
            {
                FinishWord(words);
            }
        }
    }

    private void FinishWord(List<string> words)
    {
        if (_word.Length > 0)
        {
            words.Add(_word.ToString());
            _word.Clear();
        }
    }

    private void CheckLength(int length)
    {
        if (length > PackerfileLimits.ExpandedLength)
        {
            throw Fault(ExpansionFault.LimitExceeded, $"it becomes longer than {PackerfileLimits.ExpandedLength} characters");
        }
    }

    private ExpansionException Fault(ExpansionFault fault, string reason) =>
        new(fault, $"'{(_source.Length <= 200 ? _source : string.Concat(_source.AsSpan(0, 197), "..."))}' cannot be expanded: {reason}.");
}
