using System.Globalization;
using System.Text;
using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Running;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Cli.Verifying;

/// <summary>Verifies a model image of the store: CMD, and the headers of the files that it names. Nothing is unpacked.</summary>
/// <param name="store">The store.</param>
/// <param name="image">The image.</param>
/// <param name="command">Its CMD.</param>
internal sealed class ImageVerification(ContentStore store, ImageContent image, ModelCommand command)
{
    private const int MaxTemplate = 4 << 20;

    private readonly ModelTree _tree = new("", image.Files());

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<Finding> Run(CancellationToken cancellationToken)
    {
        var findings = new List<Finding>(CommandCheck.Check(command, _tree));
        var files = new Dictionary<string, GgufParts?>(StringComparer.Ordinal);
        var model = command.Files.FirstOrDefault(file => file.Kind == CommandFileKind.Model) is { } main ? Open(main.Value) : null;
        foreach (var file in command.Files)
        {
            if (Open(file.Value) is { Parts.IsEmpty: false } opened)
            {
                findings.AddRange(FileKindCheck.Check(command.Arguments[file.Index - 1], file.Kind, file.Value, opened, model is { Parts.IsEmpty: false } ? model : null));
            }
        }

        if (model is { Parts.IsEmpty: false })
        {
            findings.AddRange(CheckContext(model));
        }

        findings.AddRange(CheckTemplates());
        return findings;

        GgufParts? Open(string name)
        {
            if (!files.TryGetValue(name, out var opened))
            {
                opened = Locate(name) is null ? null : GgufParts.Open(name, Locate, cancellationToken);
                files.Add(name, opened);
                if (Entry(name) is { Size: 0 })
                {
                    findings.Add(VerifyRules.InvalidHeader.Of(name, "The file is empty."));
                }
                else if (opened is not null)
                {
                    var isMain = command.Files.Any(file => file.Kind == CommandFileKind.Model && file.Value == name);
                    findings.AddRange(opened.Findings);
                    findings.AddRange(FileVerification.Check(name, opened, isMain && HasChats, HasTemplate));
                }
            }

            return opened;
        }
    }

    private bool HasTemplate => CommandCheck.Option(command, "--chat-template") is not null || CommandCheck.Option(command, "--chat-template-file") is not null;

    private bool HasChats => !command.Arguments.Any(argument => LlamaServerFlags.Find(argument)?.Names[0] is "--embedding" or "--rerank");

    private LayerEntry? Entry(string name) => _tree.Find(name) is { } path && _tree.Files[path] is { Kind: LayerEntryKind.File } entry ? entry : null;

    // The layers of an image of the store are whole, or it could not have been opened; an empty file has no content.
    private string? Locate(string name) => Entry(name) is { Size: > 0 } entry ? store.Contents.PathOf(entry.Content) : null;

    private IEnumerable<Finding> CheckContext(GgufParts model)
    {
        if (Number("--ctx-size") is not { } context
            || model.Metadata.GetInteger($"{model.Architecture}.context_length") is not { } trained
            || CommandCheck.Option(command, "--rope-scaling") is not null)
        {
            yield break;
        }

        var slots = Math.Max(1, Number("--parallel") ?? 1);
        if (trained > 0 && context / slots > trained)
        {
            yield return VerifyRules.ContextBeyondTraining.Of(
                "--ctx-size", $"{context / slots} tokens of context for each chat are more than the {trained} that the model was trained with.");
        }
    }

    private IEnumerable<Finding> CheckTemplates()
    {
        if (CommandCheck.Option(command, "--chat-template") is { } given)
        {
            return ChatTemplateCheck.CheckOption(given, !command.Arguments.Contains("--no-jinja"));
        }

        if (CommandCheck.Option(command, "--chat-template-file") is { } file && Locate(file) is { } path && new FileInfo(path).Length <= MaxTemplate)
        {
            return ChatTemplateCheck.CheckTemplate(file, "The template", File.ReadAllText(path, Encoding.UTF8));
        }

        return [];
    }

    private long? Number(string option) =>
        long.TryParse(CommandCheck.Option(command, option), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
