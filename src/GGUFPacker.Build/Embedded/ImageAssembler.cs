using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Build.Images;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Embedded;

/// <summary>Makes a target's image for a platform: layers, config and manifest.</summary>
internal sealed class ImageAssembler(BuildSession session, GraphStage stage, BuildTarget target, Platform platform)
{
    // What BuildKit's exporter notes for the steps of such a file.
    private const string Comment = "buildkit.ggufpackerfile.v0";

    // A base image may have thousands.
    private const int MaxListed = 20;

    private readonly ModelImageConfig? _base = stage.BaseImage is { } image ? ModelImageConfig.Read(image.Config) : null;

    public async Task<BuiltImage> AssembleAsync(CancellationToken cancellationToken)
    {
        var layers = ImmutableArray.CreateBuilder<LayerRecipe>();
        foreach (var node in stage.Layers)
        {
            layers.Add(await LayerAssembler.AssembleAsync(session, node, cancellationToken).ConfigureAwait(false));
        }

        var isDescribed = Command.Files.All(file => IsDescribed(ModelCommand.PathInImage(file.Value)));
        var files = await StageFiles.OpenAsync(session, stage, isDescribed, cancellationToken).ConfigureAwait(false);
        CheckCommand(files);
        var models = await BringModelsAsync(files, cancellationToken).ConfigureAwait(false);
        var config = session.Store.Blobs.Put(MediaTypes.ImageConfig, Config(layers, models).ToBytes());
        var manifest = new ImageManifest { Config = config, Layers = [.. BaseLayers(), .. layers.Select(LayerListing.Describe)] };
        var descriptor = session.Store.Blobs.Put(MediaTypes.ImageManifest, manifest.ToBytes());
        return new BuiltImage(target, descriptor, config, await files.ListAsync(cancellationToken).ConfigureAwait(false));
    }

    private ModelCommand Command => stage.Command is { } own ? new ModelCommand(own.Arguments) : _base?.Command ?? ModelCommand.Empty;

    private bool IsDescribed(string path) => _base is not null && _base.Files.Any(file => ModelCommand.PathInImage(file.CommandValue) == path);

    // As the base has them, so that registries know them; those that the store kept as files alone, and that no registry is known to have, become plain tars.
    private IEnumerable<Descriptor> BaseLayers() => stage.BaseImage is not { } image ? [] :
        ImageManifest.Parse(session.Store.Blobs.Get(image.Manifest)).Layers.Zip(image.Config.DiffIds, (descriptor, diffId) =>
            descriptor.Digest == diffId
                || session.Store.Blobs.Contains(descriptor.Digest, descriptor.Size)
                || !session.Store.Origins.Find(descriptor.Digest).IsEmpty
                ? descriptor
                : LayerListing.Describe(session.Store.Layers.Get(diffId)));

    // What the base image's config says of its own files is taken over; all else that the command names is read.
    private async Task<Dictionary<string, StoredFile>> BringModelsAsync(StageFiles files, CancellationToken cancellationToken)
    {
        var models = new Dictionary<string, StoredFile>(StringComparer.Ordinal);
        foreach (var path in Command.Files.Select(file => ModelCommand.PathInImage(file.Value)))
        {
            if (files.IsInherited(path) && IsDescribed(path))
            {
                continue;
            }

            foreach (var part in PartsOf(path))
            {
                models[part] = await files.StoreAsync(part, cancellationToken).ConfigureAwait(false) ?? throw Fault(
                    GraphDiagnosticCodes.CommandFileMissing,
                    part == path ? Missing(path, files) : $"CMD names '{path}', the first file of {PartsOf(path).Count()}; the stage lacks '{part}'.");
            }
        }

        return models;
    }

    private ModelImageConfig Config(IEnumerable<LayerRecipe> layers, Dictionary<string, StoredFile> models)
    {
        var created = Rfc3339.Format(session.Epoch);
        var options = new ModelImageOptions
        {
            Platform = platform,
            Base = stage.BaseImage?.Config,
            BaseName = stage.BaseImage is { } named ? (named.Reference.WithDefaultTag() with { Digest = named.Manifest }).ToString() : null,
            BaseDigest = stage.BaseImage?.Manifest,
            Created = session.Epoch,
            Command = stage.Command is { } command ? new ModelCommand(command.Arguments) : null,
            Labels = stage.Labels.ToImmutableDictionary().SetItems(session.Request.Labels),
            History = [.. stage.History.Select(entry => new ImageHistory { Created = created, CreatedBy = entry.CreatedBy, Comment = Comment, EmptyLayer = entry.EmptyLayer })],
            DiffIds = [.. layers.Select(layer => layer.DiffId)],
        };
        try
        {
            return ModelImageConfig.Create(options, (path, _) => !models.TryGetValue(path, out var only) ? null
                : PartsOf(path).ToArray() is { Length: > 1 } parts
                    ? GgufFile.OpenParts([.. parts.Select(part => models[part].Path)])
                    : GgufFile.Open(only.Path));
        }
        catch (GgufException error)
        {
            throw Fault(GraphDiagnosticCodes.CommandFileMissing, error.Message, error);
        }
    }

    // Every file that CMD names must be there; all that are not are told at once.
    private void CheckCommand(StageFiles files)
    {
        if (stage.Command is not { } command)
        {
            return;
        }

        var faults = new ModelCommand(command.Arguments).Files
            .Where(file => !files.Contains(ModelCommand.PathInImage(file.Value)))
            .Select(file => new Diagnostic(GraphDiagnosticCodes.CommandFileMissing, DiagnosticSeverity.Error, command.Span, Missing(file.Value, files)))
            .ToImmutableArray();
        if (!faults.IsEmpty)
        {
            throw new BuildException(faults);
        }
    }

    private static string Missing(string value, StageFiles files)
    {
        var path = ModelCommand.PathInImage(value);
        var present = files.Paths.ToList();
        var hint = Suggestion.Find(path, present) is { } near ? $" Did you mean '{near}'?" : "";
        var list = present.Count == 0
            ? "no file"
            : string.Join(", ", present.Take(MaxListed)) + (present.Count > MaxListed ? $" and {present.Count - MaxListed} more" : "");
        return $"CMD names '{path}', which the stage does not have; it has {list}.{hint}";
    }

    // The files of a split model have other names in the store than in the image.
    private static IEnumerable<string> PartsOf(string path) =>
        GgufSplitName.TryParse(path) is { Number: 1, Count: > 1 } split ? Enumerable.Range(1, split.Count).Select(split.PathOf) : [path];

    private BuildException Fault(string code, string message, Exception? inner = null) =>
        new([new Diagnostic(code, DiagnosticSeverity.Error, stage.Command?.Span ?? SourceSpan.File(session.Request.PackerfilePath), message)], inner);
}
