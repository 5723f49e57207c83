using System.Collections.Immutable;
using System.Text.RegularExpressions;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Syntax;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>Makes typed instructions of what the grammar found; a faulty one gives a diagnostic and nothing else.</summary>
internal sealed partial class InstructionReader
{
    private readonly List<Diagnostic> _diagnostics = [];

    /// <summary>What was wrong so far.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>Whether a FROM was there, faulty or not.</summary>
    public bool HasSeenFrom { get; private set; }

    /// <summary>Reads an instruction; null if it is faulty.</summary>
    public Instruction? Read(SyntaxInstruction syntax)
    {
        var keyword = syntax.Keyword.ToUpperInvariant();
        HasSeenFrom |= keyword == "FROM";
        try
        {
            return keyword switch
            {
                "ADD" => ReadAdd(syntax),
                "ARG" => ReadArg(syntax),
                "CAT" => ReadCat(syntax),
                "CMD" => ReadCmd(syntax),
                "CONVERT" => ReadConvert(syntax),
                "COPY" => ReadCopy(syntax),
                "FROM" => ReadFrom(syntax),
                "LABEL" => ReadLabel(syntax),
                "QUANTIZE" => ReadQuantize(syntax),
                _ => throw new FaultException(
                    DiagnosticCodes.UnknownInstruction,
                    $"There is no instruction '{syntax.Keyword}'.{Suggestion.Sentence(syntax.Keyword, Grammar.Keywords, ignoreCase: true)}"),
            };
        }
        catch (FaultException fault)
        {
            Report(fault.Code, syntax.Span, fault.Message);
            return null;
        }
    }

    /// <summary>Adds an error.</summary>
    public void Report(string code, SourceSpan span, string message) => _diagnostics.Add(new(code, DiagnosticSeverity.Error, span, message));

    private static AddInstruction ReadAdd(SyntaxInstruction syntax)
    {
        RequireDestination(syntax);
        var flags = ReadFlags(syntax, KnownFlags.Add);
        var (sources, heredocs, destination) = ReadSources(syntax);
        return new(syntax.Span, syntax.Text.Trim())
        {
            Keyword = syntax.Keyword,
            Comments = syntax.Comments,
            Sources = sources,
            Heredocs = heredocs,
            Destination = destination,
            Exclude = flags.Values("exclude"),
            Owner = flags.Value("chown"),
            Mode = flags.Value("chmod"),
            Link = flags.Switch("link") ?? false,
            KeepGitDirectory = flags.Switch("keep-git-dir"),
            Unpack = flags.Switch("unpack"),
            Checksum = flags.Value("checksum"),
        };
    }

    private static CopyInstruction ReadCopy(SyntaxInstruction syntax)
    {
        RequireDestination(syntax);
        var flags = ReadFlags(syntax, KnownFlags.Copy);
        var (sources, heredocs, destination) = ReadSources(syntax);
        return new(syntax.Span, syntax.Text.Trim())
        {
            Keyword = syntax.Keyword,
            Comments = syntax.Comments,
            Sources = sources,
            Heredocs = heredocs,
            Destination = destination,
            From = flags.Value("from"),
            Exclude = flags.Values("exclude"),
            Parents = flags.Switch("parents") ?? false,
            Owner = flags.Value("chown"),
            Mode = flags.Value("chmod"),
            Link = flags.Switch("link") ?? false,
        };
    }

    private static CatInstruction ReadCat(SyntaxInstruction syntax)
    {
        RequireDestination(syntax);
        ReadFlags(syntax, KnownFlags.None);
        var (words, heredocs, destination) = ReadSources(syntax);
        if (!words.IsEmpty && !heredocs.IsEmpty)
        {
            throw new FaultException(DiagnosticCodes.HeredocNotAllowed, "CAT writes either heredocs or words, not both: give each its own CAT.");
        }

        return new(syntax.Span, syntax.Text.Trim())
        {
            Keyword = syntax.Keyword,
            Comments = syntax.Comments,
            Heredocs = words.IsEmpty ? heredocs : [new("STDIN", string.Join(' ', words) + "\n", Expand: true)],
            Destination = destination,
        };
    }

    private static ConvertInstruction ReadConvert(SyntaxInstruction syntax)
    {
        RequireDestination(syntax);
        var flags = ReadFlags(syntax, KnownFlags.Convert);
        RequireText(flags, "type");
        RequireText(flags, "class");
        return new(syntax.Span, syntax.Text.Trim())
        {
            Keyword = syntax.Keyword,
            Comments = syntax.Comments,
            Source = ReadOneSource(syntax, out var destination),
            Destination = destination,
            From = flags.Value("from"),
            Class = flags.Value("class") ?? "model",
            Type = flags.Value("type") ?? "F16",
            Base = flags.Value("base"),
            PreTokenizer = flags.Value("pre-tokenizer"),
            ModelName = flags.Value("model-name"),
        };
    }

    private static QuantizeInstruction ReadQuantize(SyntaxInstruction syntax)
    {
        RequireDestination(syntax);
        var flags = ReadFlags(syntax, KnownFlags.Quantize);
        RequireText(flags, "type");
        if (!flags.Values("include-weights").IsEmpty && !flags.Values("exclude-weights").IsEmpty)
        {
            throw new FaultException(DiagnosticCodes.ConflictingFlags, "--include-weights and --exclude-weights exclude each other.");
        }

        return new(syntax.Span, syntax.Text.Trim())
        {
            Keyword = syntax.Keyword,
            Comments = syntax.Comments,
            Source = ReadOneSource(syntax, out var destination),
            Destination = destination,
            From = flags.Value("from"),
            Type = flags.Value("type") ?? "Q5_K_M",
            Imatrix = flags.Value("imatrix"),
            IncludeWeights = flags.Values("include-weights"),
            ExcludeWeights = flags.Values("exclude-weights"),
            LeaveOutputTensor = flags.Switch("leave-output-tensor") ?? false,
            Pure = flags.Switch("pure") ?? false,
            OutputTensorType = flags.Value("output-tensor-type")?.ToUpperInvariant(),
            TokenEmbeddingType = flags.Value("token-embedding-type")?.ToUpperInvariant(),
        };
    }

    private static FromInstruction ReadFrom(SyntaxInstruction syntax)
    {
        string? stageName = null;
        switch (syntax.Arguments)
        {
            case [_]:
                break;
            case [_, var asKeyword, var name] when asKeyword.Equals("as", StringComparison.OrdinalIgnoreCase):
                stageName = name.ToLowerInvariant();
                if (!StageName().IsMatch(stageName))
                {
                    throw new FaultException(
                        DiagnosticCodes.InvalidStageName, $"'{name}' cannot name a stage: a name is a letter, then letters, digits, '-', '_' or '.'.");
                }

                break;
            default:
                throw new FaultException(DiagnosticCodes.InvalidFrom, "FROM is 'FROM image' or 'FROM image AS name'.");
        }

        var flags = ReadFlags(syntax, KnownFlags.From);
        return new(syntax.Span, syntax.Text.Trim())
        {
            Keyword = syntax.Keyword,
            Comments = syntax.Comments,
            BaseName = syntax.Arguments[0],
            StageName = stageName,
            StageNameAsWritten = stageName is null ? null : syntax.Arguments[2],
            AsKeyword = stageName is null ? null : syntax.Arguments[1],
            Platform = flags.Value("platform"),
            Description = Describe(syntax, stageName),
        };
    }

    private ArgInstruction ReadArg(SyntaxInstruction syntax)
    {
        RequireArgument(syntax);
        if (!syntax.Flags.IsEmpty)
        {
            _diagnostics.Add(new(
                DiagnosticCodes.FlagIgnored, DiagnosticSeverity.Warning, syntax.Span, $"ARG knows no flags: {string.Join(' ', syntax.Flags)} is ignored."));
        }

        var arguments = ImmutableArray.CreateBuilder<ArgumentDefinition>();
        foreach (var word in syntax.Arguments)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? word : word[..equals];
            arguments.Add(new(RequireName(syntax, key), equals < 0 ? null : word[(equals + 1)..]) { Description = Describe(syntax, key) });
        }

        return new(syntax.Span, syntax.Text.Trim()) { Keyword = syntax.Keyword, Comments = syntax.Comments, Arguments = arguments.ToImmutable() };
    }

    private static LabelInstruction ReadLabel(SyntaxInstruction syntax)
    {
        ReadFlags(syntax, KnownFlags.None);
        RequireArgument(syntax);
        var labels = ImmutableArray.CreateBuilder<LabelDefinition>();
        for (var i = 0; i < syntax.Arguments.Length; i += 3)
        {
            labels.Add(new(RequireName(syntax, syntax.Arguments[i]), syntax.Arguments[i + 1]) { IsLegacyForm = syntax.Arguments[i + 2].Length == 0 });
        }

        return new(syntax.Span, syntax.Text.Trim()) { Keyword = syntax.Keyword, Comments = syntax.Comments, Labels = labels.ToImmutable() };
    }

    private static CmdInstruction ReadCmd(SyntaxInstruction syntax)
    {
        ReadFlags(syntax, KnownFlags.None);
        if (!syntax.IsJson)
        {
            throw new FaultException(DiagnosticCodes.CommandNotJson, "CMD takes the JSON form only: CMD [\"-m\", \"model.gguf\"].");
        }

        if (syntax.Arguments is not [var first, ..] || !first.StartsWith('-'))
        {
            throw new FaultException(DiagnosticCodes.InvalidCommand, "The first argument of CMD must be an option, such as \"-m\".");
        }

        if (CmdInstruction.FindIncompleteOption(syntax.Arguments) is { } option)
        {
            throw new FaultException(DiagnosticCodes.InvalidCommand, $"CMD's {option} lacks a value.");
        }

        return new(syntax.Span, syntax.Text.Trim()) { Keyword = syntax.Keyword, Comments = syntax.Comments, Arguments = syntax.Arguments };
    }

    private static (ImmutableArray<string> Sources, ImmutableArray<HeredocContent> Heredocs, string Destination) ReadSources(SyntaxInstruction syntax)
    {
        var destination = syntax.Arguments[^1];
        if (HeredocWords.TryParse(destination) is not null)
        {
            throw new FaultException(DiagnosticCodes.HeredocNotAllowed, $"{syntax.Keyword} cannot write to a heredoc: put the destination last.");
        }

        var sources = ImmutableArray.CreateBuilder<string>();
        var heredocs = ImmutableArray.CreateBuilder<HeredocContent>();
        foreach (var word in syntax.Arguments[..^1])
        {
            if (HeredocWords.TryParse(word) is not { } heredoc)
            {
                sources.Add(word);
                continue;
            }

            // Of two heredocs of one name the last one's body is both's, and a JSON form has none: as in the reference.
            var content = syntax.Heredocs.LastOrDefault(h => h.Name == heredoc.Name)?.Content ?? "";
            heredocs.Add(new(heredoc.Name, heredoc.Chomp ? HeredocWords.TrimTabs(content) : content, heredoc.Expand));
        }

        return (sources.ToImmutable(), heredocs.ToImmutable(), destination);
    }

    private static string ReadOneSource(SyntaxInstruction syntax, out string destination)
    {
        (var sources, var heredocs, destination) = ReadSources(syntax);
        if (!heredocs.IsEmpty)
        {
            throw new FaultException(DiagnosticCodes.HeredocNotAllowed, $"{syntax.Keyword} reads a file, not a heredoc.");
        }

        return sources is [var source]
            ? source
            : throw new FaultException(
                DiagnosticCodes.SeveralSources,
                $"{syntax.Keyword} takes one source and one destination, not {syntax.Arguments.Length} words. Paths with blanks go into the JSON form: "
                + $"{syntax.Keyword} [\"a source\", \"a destination\"].");
    }

    private static FlagValues ReadFlags(SyntaxInstruction syntax, IReadOnlyDictionary<string, FlagKind> known) =>
        FlagValues.Read(syntax.Keyword, syntax.Flags, known, out var fault) ?? throw new FaultException(fault.Code, fault.Message);

    private static void RequireDestination(SyntaxInstruction syntax)
    {
        if (syntax.Arguments.Length < 2)
        {
            throw new FaultException(DiagnosticCodes.MissingArguments, $"{syntax.Keyword} needs a source and a destination.");
        }
    }

    private static void RequireArgument(SyntaxInstruction syntax)
    {
        if (syntax.Arguments.IsEmpty)
        {
            throw new FaultException(DiagnosticCodes.MissingArguments, $"{syntax.Keyword} needs an argument: name=value.");
        }
    }

    private static void RequireText(FlagValues flags, string name)
    {
        if (flags.ValueOrEmpty(name) is "")
        {
            throw new FaultException(DiagnosticCodes.FlagWithoutValue, $"--{name} needs a value: --{name}=…");
        }
    }

    private static string RequireName(SyntaxInstruction syntax, string name) =>
        name.Length > 0 ? name : throw new FaultException(DiagnosticCodes.EmptyName, $"A name is missing before '=' in {syntax.Keyword}.");

    private static string? Describe(SyntaxInstruction syntax, string? name) =>
        string.IsNullOrEmpty(name)
            ? null
            : syntax.Comments.FirstOrDefault(c => c.StartsWith(name + " ", StringComparison.Ordinal))?[(name.Length + 1)..];

    [GeneratedRegex(@"^[a-z][a-z0-9\-_.]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex StageName();

    /// <summary>Carries a fault out of the reading of one instruction; never leaves <see cref="Read"/>.</summary>
    private sealed class FaultException(string code, string message) : Exception(message)
    {
        public string Code { get; } = code;
    }
}
