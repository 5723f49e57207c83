using System.Globalization;
using System.Text;
using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Running;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Cli.Verifying;

/// <summary>Verifies a model image: CMD, and the headers of the files that it names. Nothing else of them is read.</summary>
/// <param name="command">Its CMD.</param>
/// <param name="files">Its files.</param>
/// <param name="open">Opens one of them.</param>
internal sealed class ImageVerification(
    ModelCommand command, IReadOnlyDictionary<string, LayerEntry> files, Func<string, CancellationToken, Task<Stream?>> open)
{
    private const int MaxTemplate = 4 << 20;

    private readonly ModelTree _tree = new("", files);

    /// <summary>What is wrong.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        var findings = new List<Finding>(CommandCheck.Check(command, _tree));
        var opened = new Dictionary<string, GgufParts?>(StringComparer.Ordinal);
        var model = command.Files.FirstOrDefault(file => file.Kind == CommandFileKind.Model) is { } main
            ? await FindAsync(main.Value).ConfigureAwait(false)
            : null;
        foreach (var file in command.Files)
        {
            if (await FindAsync(file.Value).ConfigureAwait(false) is { Parts.IsEmpty: false } parts)
            {
                findings.AddRange(
                    FileKindCheck.Check(command.Arguments[file.Index - 1], file.Kind, file.Value, parts, model is { Parts.IsEmpty: false } ? model : null));
                findings.AddRange(file.Kind == CommandFileKind.Drafter ? DraftTypeCheck.Check(file.Value, parts, CommandCheck.Option(command, "--spec-type")) : []);
            }
        }

        if (model is { Parts.IsEmpty: false })
        {
            findings.AddRange(CheckContext(model));
        }

        findings.AddRange(await CheckTemplatesAsync(cancellationToken).ConfigureAwait(false));
        return findings;

        async Task<GgufParts?> FindAsync(string name)
        {
            if (!opened.TryGetValue(name, out var parts))
            {
                parts = Entry(name) is { Size: > 0 }
                    ? await GgufParts.OpenAsync(name, part => OpenAsync(part, cancellationToken), cancellationToken).ConfigureAwait(false)
                    : null;
                opened.Add(name, parts);
                if (Entry(name) is { Size: 0 })
                {
                    findings.Add(VerifyRules.InvalidHeader.Of(name, "The file is empty."));
                }
                else if (parts is not null)
                {
                    var isMain = command.Files.Any(file => file.Kind == CommandFileKind.Model && file.Value == name);
                    findings.AddRange(parts.Findings);
                    findings.AddRange(FileVerification.Check(name, parts, isMain && HasChats, HasTemplate));
                }
            }

            return parts;
        }
    }

    private bool HasTemplate => CommandCheck.Option(command, "--chat-template") is not null || CommandCheck.Option(command, "--chat-template-file") is not null;

    private bool HasChats => !command.Arguments.Any(argument => LlamaServerFlags.Find(argument)?.Names[0] is "--embedding" or "--rerank");

    private LayerEntry? Entry(string name) => _tree.Find(name) is { } path && _tree.Files[path] is { Kind: LayerEntryKind.File } entry ? entry : null;

    // An empty file is told of where it is named.
    private Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken) =>
        Entry(name) is { Size: > 0 } entry ? open(entry.Path, cancellationToken) : Task.FromResult<Stream?>(null);

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

    private async Task<IEnumerable<Finding>> CheckTemplatesAsync(CancellationToken cancellationToken)
    {
        if (CommandCheck.Option(command, "--chat-template") is { } given)
        {
            return ChatTemplateCheck.CheckOption(given, !command.Arguments.Contains("--no-jinja"));
        }

        if (CommandCheck.Option(command, "--chat-template-file") is not { } name || Entry(name) is not { Size: <= MaxTemplate }
            || await OpenAsync(name, cancellationToken).ConfigureAwait(false) is not { } file)
        {
            return [];
        }

        using var reader = new StreamReader(file, Encoding.UTF8);
        return ChatTemplateCheck.CheckTemplate(name, "The template", await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false));
    }

    private long? Number(string option) =>
        long.TryParse(CommandCheck.Option(command, option), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
