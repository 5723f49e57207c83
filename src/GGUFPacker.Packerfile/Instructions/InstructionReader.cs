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
                _ => throw new InstructionFaultException(
                    DiagnosticCodes.UnknownInstruction,
                    $"There is no instruction '{syntax.Keyword}'.{Suggestion.Sentence(syntax.Keyword, Grammar.Keywords, ignoreCase: true)}"),
            };
        }
        catch (InstructionFaultException fault)
        {
            Report(fault.Code, syntax.Span, fault.Message);
            return null;
        }
    }

    /// <summary>Adds an error.</summary>
    public void Report(string code, SourceSpan span, string message) => _diagnostics.Add(new(code, DiagnosticSeverity.Error, span, message));

    private static AddInstruction ReadAdd(SyntaxInstruction syntax)
    {
        InstructionArguments.RequireDestination(syntax);
        var flags = ReadFlags(syntax, KnownFlags.Add);
        var (sources, heredocs, destination) = InstructionArguments.ReadSources(syntax);
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
        InstructionArguments.RequireDestination(syntax);
        var flags = ReadFlags(syntax, KnownFlags.Copy);
        var (sources, heredocs, destination) = InstructionArguments.ReadSources(syntax);
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
        InstructionArguments.RequireDestination(syntax);
        ReadFlags(syntax, KnownFlags.None);
        var (words, heredocs, destination) = InstructionArguments.ReadSources(syntax);
        if (!words.IsEmpty && !heredocs.IsEmpty)
        {
            throw new InstructionFaultException(DiagnosticCodes.HeredocNotAllowed, "CAT writes either heredocs or words, not both: give each its own CAT.");
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
        InstructionArguments.RequireDestination(syntax);
        var flags = ReadFlags(syntax, KnownFlags.Convert);
        RequireText(flags, "type");
        RequireText(flags, "class");
        return new(syntax.Span, syntax.Text.Trim())
        {
            Keyword = syntax.Keyword,
            Comments = syntax.Comments,
            Source = InstructionArguments.ReadOneSource(syntax, out var destination),
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
        InstructionArguments.RequireDestination(syntax);
        var flags = ReadFlags(syntax, KnownFlags.Quantize);
        RequireText(flags, "type");
        if (!flags.Values("include-weights").IsEmpty && !flags.Values("exclude-weights").IsEmpty)
        {
            throw new InstructionFaultException(DiagnosticCodes.ConflictingFlags, "--include-weights and --exclude-weights exclude each other.");
        }

        return new(syntax.Span, syntax.Text.Trim())
        {
            Keyword = syntax.Keyword,
            Comments = syntax.Comments,
            Source = InstructionArguments.ReadOneSource(syntax, out var destination),
            Destination = destination,
            From = flags.Value("from"),
            Type = flags.Value("type") ?? "Q5_K_M",
            Imatrix = flags.Value("imatrix"),
            ImatrixFrom = flags.Value("imatrix-from"),
            IncludeWeights = flags.Values("include-weights"),
            ExcludeWeights = flags.Values("exclude-weights"),
            LeaveOutputTensor = flags.Switch("leave-output-tensor") ?? false,
            Pure = flags.Switch("pure") ?? false,
            OutputTensorType = flags.Value("output-tensor-type")?.ToUpperInvariant(),
            TokenEmbeddingType = flags.Value("token-embedding-type")?.ToUpperInvariant(),
            TensorTypes = flags.Values("tensor-type"),
            TensorTypeFile = flags.Value("tensor-type-file"),
            PruneLayers = flags.Value("prune-layers"),
            OverrideKv = flags.Values("override-kv"),
            KeepSplit = flags.Switch("keep-split") ?? false,
            AllowRequantize = flags.Switch("allow-requantize") ?? false,
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
                    throw new InstructionFaultException(
                        DiagnosticCodes.InvalidStageName, $"'{name}' cannot name a stage: a name is a letter, then letters, digits, '-', '_' or '.'.");
                }

                break;
            default:
                throw new InstructionFaultException(DiagnosticCodes.InvalidFrom, "FROM is 'FROM image' or 'FROM image AS name'.");
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
        InstructionArguments.RequireAny(syntax);
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
            arguments.Add(new(InstructionArguments.RequireName(syntax, key), equals < 0 ? null : word[(equals + 1)..]) { Description = Describe(syntax, key) });
        }

        return new(syntax.Span, syntax.Text.Trim()) { Keyword = syntax.Keyword, Comments = syntax.Comments, Arguments = arguments.ToImmutable() };
    }

    private static LabelInstruction ReadLabel(SyntaxInstruction syntax)
    {
        ReadFlags(syntax, KnownFlags.None);
        InstructionArguments.RequireAny(syntax);
        var labels = ImmutableArray.CreateBuilder<LabelDefinition>();
        for (var i = 0; i < syntax.Arguments.Length; i += 3)
        {
            var name = InstructionArguments.RequireName(syntax, syntax.Arguments[i]);
            labels.Add(new(name, syntax.Arguments[i + 1]) { IsLegacyForm = syntax.Arguments[i + 2].Length == 0 });
        }

        return new(syntax.Span, syntax.Text.Trim()) { Keyword = syntax.Keyword, Comments = syntax.Comments, Labels = labels.ToImmutable() };
    }

    private static CmdInstruction ReadCmd(SyntaxInstruction syntax)
    {
        ReadFlags(syntax, KnownFlags.None);
        if (!syntax.IsJson)
        {
            throw new InstructionFaultException(DiagnosticCodes.CommandNotJson, "CMD takes the JSON form only: CMD [\"-m\", \"model.gguf\"].");
        }

        if (syntax.Arguments is not [var first, ..] || !first.StartsWith('-'))
        {
            throw new InstructionFaultException(DiagnosticCodes.InvalidCommand, "The first argument of CMD must be an option, such as \"-m\".");
        }

        if (CmdInstruction.FindIncompleteOption(syntax.Arguments) is { } option)
        {
            throw new InstructionFaultException(DiagnosticCodes.InvalidCommand, $"CMD's {option} lacks a value.");
        }

        return new(syntax.Span, syntax.Text.Trim()) { Keyword = syntax.Keyword, Comments = syntax.Comments, Arguments = syntax.Arguments };
    }

    private static FlagValues ReadFlags(SyntaxInstruction syntax, IReadOnlyDictionary<string, FlagKind> known) =>
        FlagValues.Read(syntax.Keyword, syntax.Flags, known, out var fault) ?? throw new InstructionFaultException(fault.Code, fault.Message);

    private static void RequireText(FlagValues flags, string name)
    {
        if (flags.ValueOrEmpty(name) is "")
        {
            throw new InstructionFaultException(DiagnosticCodes.FlagWithoutValue, $"--{name} needs a value: --{name}=…");
        }
    }

    private static string? Describe(SyntaxInstruction syntax, string? name) =>
        string.IsNullOrEmpty(name)
            ? null
            : syntax.Comments.FirstOrDefault(c => c.StartsWith(name + " ", StringComparison.Ordinal))?[(name.Length + 1)..];

    [GeneratedRegex(@"^[a-z][a-z0-9\-_.]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex StageName();
}
