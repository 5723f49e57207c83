using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Linting;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>
/// Turns bytes into instructions, by the rules of BuildKit's Dockerfile parser: physical lines are joined where one ends in
/// the escape character, comments and blank lines inside an instruction are left out, heredocs are read behind their line.
/// </summary>
internal sealed class SyntaxParser
{
    private readonly string _path;
    private readonly LineReader _lines;
    private readonly DirectiveReader _directiveReader = new();
    private readonly ImmutableArray<ParserDirective>.Builder _directives = ImmutableArray.CreateBuilder<ParserDirective>();
    private readonly ImmutableArray<SyntaxInstruction>.Builder _instructions = ImmutableArray.CreateBuilder<SyntaxInstruction>();
    private readonly ImmutableArray<Diagnostic>.Builder _diagnostics = ImmutableArray.CreateBuilder<Diagnostic>();
    private readonly ImmutableArray<string>.Builder _comments = ImmutableArray.CreateBuilder<string>();
    private char _escape = '\\';
    private int _indentation;
    private int _lastLineLength;

    private SyntaxParser(ReadOnlyMemory<byte> text, string path)
    {
        _path = path;
        _lines = new(text);
    }

    /// <summary>Parses a file; faults are in the result's diagnostics.</summary>
    public static SyntaxTree Parse(ReadOnlyMemory<byte> text, string path)
    {
        var parser = new SyntaxParser(text, path);
        parser.ParseLines();
        return new(parser._escape, parser._directives.ToImmutable(), parser._instructions.ToImmutable(), parser._diagnostics.ToImmutable());
    }

    private void ParseLines()
    {
        var sawInstruction = false;
        while (ReadLine() is { } line)
        {
            var isDirective = ReadDirective(line);
            if (line.StartsWith('#'))
            {
                if (!isDirective)
                {
                    KeepComment(line);
                }

                continue;
            }

            if (line.Length > 0)
            {
                sawInstruction = true;
                ParseInstruction(line);
                _comments.Clear();
            }
        }

        if (_lines.IsLineTooLong)
        {
            ReportLineTooLong();
        }
        else if (!sawInstruction)
        {
            Report(
                DiagnosticCodes.EmptyFile,
                SourceSpan.File(_path),
                "The file holds no instruction. A GGUFPackerfile begins with FROM, for example 'FROM scratch'.");
        }
    }

    // The first line of an instruction loses its leading blanks, the others keep them.
    private string? ReadLine()
    {
        var raw = _lines.Read();
        _indentation = 0;
        if (raw is null)
        {
            return null;
        }

        raw = raw.TrimEnd('\r', '\n');
        _lastLineLength = raw.Length;
        var line = raw.TrimStart();
        _indentation = raw.Length - line.Length;
        return line;
    }

    private bool ReadDirective(string line)
    {
        var kind = _directiveReader.Read(line, out var name, out var value);
        if (kind == DirectiveLine.None)
        {
            return false;
        }

        var span = new SourceSpan(_path, _lines.Line, _indentation + 1, _lines.Line, _lastLineLength + 1);
        if (kind == DirectiveLine.Repeated)
        {
            Report(DiagnosticCodes.DirectiveRepeated, span, $"The directive '{name}' may be given once only.");
            return true;
        }

        _directives.Add(new(name, value, span));
        if (name == "escape")
        {
            if (value is "\\" or "`")
            {
                _escape = value[0];
            }
            else
            {
                Report(DiagnosticCodes.InvalidEscape, span, $"The escape character '{value}' is neither ` nor \\.");
            }
        }

        return true;
    }

    private void KeepComment(string line)
    {
        // Only the first character of the physical line is cut, so an indented comment keeps its mark: the reference's rule.
        var comment = (_indentation == 0 ? line[1..] : line).Trim();
        if (comment.Length == 0)
        {
            _comments.Clear();
        }
        else
        {
            _comments.Add(comment);
        }
    }

    private void ParseInstruction(string firstLine)
    {
        int startLine = _lines.Line, startColumn = _indentation + 1;
        var text = JoinLines(firstLine, out var hasEmptyLine);
        SourceSpan Span() => new(_path, startLine, startColumn, _lines.Line, _lastLineLength + 1);

        if (hasEmptyLine)
        {
            _diagnostics.Add(LintRules.NoEmptyContinuation.At(Span() with { StartLine = _lines.Line, StartColumn = 1 }, "Empty continuation line"));
        }

        var (keyword, flags, rest) = InstructionLine.Split(text, _escape);
        var fault = InstructionLine.ReadArguments(keyword, rest, _escape, out var arguments, out var isJson);
        var heredocs = ImmutableArray<Heredoc>.Empty;
        if (!isJson && Grammar.FormOf(keyword) == ArgumentForm.Words && !TryReadHeredocs(text, out heredocs))
        {
            fault = Grammar.TakesHeredocs(keyword)
                ? (DiagnosticCodes.UnterminatedHeredoc, $"The heredoc '{heredocs[^1].Name}' has no end: no line holds '{heredocs[^1].Name}' alone.")
                : (DiagnosticCodes.HeredocNotAllowed, $"{keyword} reads a file, not a heredoc.");
        }

        if (fault is var (code, message))
        {
            Report(code, Span(), message);
            return;
        }

        _instructions.Add(new()
        {
            Keyword = keyword,
            Text = text,
            Flags = flags,
            Arguments = arguments,
            IsJson = isJson,
            Heredocs = heredocs,
            Comments = _comments.ToImmutable(),
            Span = Span(),
        });
    }

    private string JoinLines(string firstLine, out bool hasEmptyLine)
    {
        hasEmptyLine = false;
        var text = new StringBuilder();
        var goesOn = TakeContinuation(firstLine, text);
        while (goesOn && _lines.Read() is { } raw)
        {
            var line = raw.TrimEnd('\r', '\n');
            _lastLineLength = line.Length;
            var trimmed = line.AsSpan().TrimStart();
            if (trimmed.IsEmpty)
            {
                hasEmptyLine = true;
            }
            else if (trimmed[0] != '#')
            {
                goesOn = TakeContinuation(line, text);
            }
        }

        return text.ToString();
    }

    // An instruction goes on if its line ends in one escape character, blanks and tabs behind it aside. Two or more are text.
    private bool TakeContinuation(string line, StringBuilder text)
    {
        var end = line.AsSpan().TrimEnd(" \t").Length - 1;
        var goesOn = end >= 0 && line[end] == _escape && (end == 0 || line[end - 1] != _escape);
        text.Append(line, 0, goesOn ? end : line.Length);
        return goesOn;
    }

    // CONVERT and QUANTIZE take no heredoc, but its lines are no instructions either: one error, not one for each line.
    private bool TryReadHeredocs(string text, out ImmutableArray<Heredoc> heredocs)
    {
        var found = ImmutableArray.CreateBuilder<Heredoc>();
        foreach (var heredoc in HeredocWords.Find(text))
        {
            var content = new StringBuilder();
            var terminated = false;
            while (!terminated && _lines.Read() is { } line)
            {
                var bare = line.TrimEnd('\r', '\n');
                _lastLineLength = bare.Length;
                terminated = (heredoc.Chomp ? bare.TrimStart('\t') : bare) == heredoc.Name;
                content.Append(terminated ? "" : line);
            }

            found.Add(heredoc with { Content = content.ToString() });
            if (!terminated)
            {
                heredocs = found.ToImmutable();
                return false;
            }
        }

        heredocs = found.ToImmutable();
        return true;
    }

    private void ReportLineTooLong() => Report(
        DiagnosticCodes.LineTooLong,
        SourceSpan.Lines(_path, _lines.Line + 1, _lines.Line + 1),
        $"The line is longer than {PackerfileLimits.LineLength} bytes. Break it with '{_escape}' at its end.");

    private void Report(string code, SourceSpan span, string message) => _diagnostics.Add(new(code, DiagnosticSeverity.Error, span, message));
}
