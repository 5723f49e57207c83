using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Ignoring;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Linting;

/// <summary>What is known of a stage while its instructions are checked one after the other.</summary>
internal sealed class StageFacts
{
    private readonly LintReporter _reporter;
    private readonly IReadOnlyList<StageFacts> _earlier;
    private CheckOptions _local;

    public StageFacts(
        PackerfileDocument document, Stage stage, BuildVariables globals, IReadOnlyList<StageFacts> earlier, LintOptions options, LintReporter reporter)
    {
        (Stage, Options, _earlier, _reporter) = (stage, options, earlier, reporter);
        Expander = new(document.Escape);
        _local = reporter.Options;
        var baseName = TryExpand(stage.From.BaseName, globals);
        Base = Find(baseName);
        Variables = Base is null ? globals : Base.Variables.With(globals);
        HasUnknownFiles = Base?.HasUnknownFiles ?? baseName != "scratch";
        Files = Base?.Files ?? [];
        Labels = Base?.Labels ?? [];
    }

    public Stage Stage { get; }

    public LintOptions Options { get; }

    public WordExpander Expander { get; }

    /// <summary>The stage that this one continues.</summary>
    public StageFacts? Base { get; }

    /// <summary>The variables at this point.</summary>
    public BuildVariables Variables { get; set; }

    /// <summary>The last CMD of the stage itself.</summary>
    public CmdInstruction? Command { get; set; }

    /// <summary>Whether the stage has files that the GGUFPackerfile does not tell: a base image's.</summary>
    public bool HasUnknownFiles { get; private set; }

    /// <summary>The destinations of the stage's instructions, and what is known of each.</summary>
    public ImmutableDictionary<string, FileFacts> Files { get; private set; }

    /// <summary>The labels' names.</summary>
    public ImmutableHashSet<string> Labels { get; set; }

    /// <summary>The path of a file, absolute.</summary>
    public static string PathOf(string text) => LexicalPath.Clean("/" + text);

    public void Report(LintRule rule, SourceSpan span, string message) => _reporter.Report(rule, span, message, _local);

    public void BeginInstruction(Instruction instruction) => _local = _reporter.Options.WithComments(instruction.Comments);

    /// <summary>The stage of a name or number that lies before this one.</summary>
    public StageFacts? Find(string name) =>
        _earlier.LastOrDefault(stage => string.Equals(stage.Stage.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < _earlier.Count ? _earlier[index] : null);

    /// <summary>What is known of a file that an instruction reads.</summary>
    public FileFacts? FindSource(string? from, string source) => (from is null ? this : Find(from))?.Files.GetValueOrDefault(PathOf(source));

    /// <summary>Notes what an instruction makes.</summary>
    public void EndInstruction(Instruction instruction)
    {
        switch (instruction)
        {
            case AddInstruction add:
                Put(add.Destination, add.Sources, new(IsTree: true, IsFromElsewhere: add.Sources.Any(IsModelFile)), add.Heredocs);
                break;
            case CopyInstruction { From: null or "context" } copy:
                Put(copy.Destination, copy.Sources, new(IsTree: true, IsFromElsewhere: copy.Sources.Any(IsModelFile)), copy.Heredocs);
                break;
            case CopyInstruction copy:
                var source = copy.Sources is [var only] ? FindSource(copy.From, only) : null;
                Put(copy.Destination, copy.Sources, (source ?? new()) with { IsTree = true }, copy.Heredocs);
                break;
            case CatInstruction cat:
                Put(cat.Destination, [], new(IsTree: true), cat.Heredocs);
                break;
            case ConvertInstruction convert:
                Put(convert.Destination, [], new(IsQuantized: convert.Type is "Q8_0" or "TQ1_0" or "TQ2_0"), []);
                break;
            case QuantizeInstruction quantize:
                Put(quantize.Destination, [], new(IsQuantized: quantize.Type is not ("F32" or "F16" or "BF16" or "COPY")), []);
                break;
        }
    }

    private static bool IsModelFile(string source) => source.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);

    private void Put(string destination, ImmutableArray<string> sources, FileFacts facts, ImmutableArray<HeredocContent> heredocs)
    {
        Files = Files.SetItem(PathOf(destination), facts);

        // Into a directory the file goes under its own name; whether it is one, only the build knows.
        foreach (var source in sources)
        {
            Files = Files.SetItem(PathOf(destination + "/" + source[(source.LastIndexOf('/') + 1)..]), facts);
        }

        foreach (var heredoc in heredocs)
        {
            Files = Files.SetItem(PathOf(destination + "/" + heredoc.Name), facts with { IsFromElsewhere = false });
        }
    }

    private string TryExpand(string word, BuildVariables variables)
    {
        try
        {
            return Expander.Expand(word, variables.Values);
        }
        catch (ExpansionException)
        {
            return word;
        }
    }
}
