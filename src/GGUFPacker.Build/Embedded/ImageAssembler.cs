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

    public async Task<BuiltImage> AssembleAsync(CancellationToken cancellationToken)
    {
        var baseImage = stage.BaseImage is { } image ? new ImageContent(session.Store, image.Manifest) : null;
        var layers = ImmutableArray.CreateBuilder<LayerRecipe>();
        foreach (var node in stage.Layers)
        {
            layers.Add(await LayerAssembler.AssembleAsync(session, node, cancellationToken).ConfigureAwait(false));
        }

        var tree = (StageTree)(await session.EvaluateAsync(stage.Root, cancellationToken).ConfigureAwait(false)).Tree;
        var files = await FilesAsync(tree, cancellationToken).ConfigureAwait(false);
        var config = session.Store.Blobs.Put(MediaTypes.ImageConfig, Config(baseImage, layers, files).ToBytes());
        var manifest = new ImageManifest { Config = config, Layers = [.. BaseLayers(baseImage), .. layers.Select(layer => layer.ToDescriptor())] };
        var descriptor = session.Store.Blobs.Put(MediaTypes.ImageManifest, manifest.ToBytes());
        return new BuiltImage(target, descriptor, config, files);
    }

    // As the base has them, so that registries know them; those that the store kept as files alone become plain tars.
    private IEnumerable<Descriptor> BaseLayers(ImageContent? image) => image is null ? [] : image.Manifest.Layers.Zip(image.Layers, (descriptor, layer) =>
        descriptor.Digest == layer.DiffId || session.Store.Blobs.Contains(descriptor.Digest, descriptor.Size) ? descriptor : layer.ToDescriptor());

    private async ValueTask<ImmutableArray<ImageFile>> FilesAsync(StageTree tree, CancellationToken cancellationToken)
    {
        var files = ImmutableArray.CreateBuilder<ImageFile>();
        foreach (var (path, entry) in tree.Entries)
        {
            if (entry is FileEntry file)
            {
                var stored = await file.Content.StoreAsync(cancellationToken).ConfigureAwait(false);
                session.Reporter.Count(stored);
                files.Add(new ImageFile("/" + path, stored.Digest, stored.Size, stored.Path));
            }
        }

        return files.ToImmutable();
    }

    private ModelImageConfig Config(ImageContent? baseImage, IEnumerable<LayerRecipe> layers, ImmutableArray<ImageFile> files)
    {
        CheckCommand(files);
        var created = Rfc3339.Format(session.Epoch);
        var options = new ModelImageOptions
        {
            Platform = platform,
            Base = baseImage?.Config,
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
            return ModelImageConfig.Create(options, (path, _) => Open(path, files));
        }
        catch (GgufException error)
        {
            throw Fault(GraphDiagnosticCodes.CommandFileMissing, error.Message, error);
        }
    }

    // Every file that CMD names must be there; all that are not are told at once.
    private void CheckCommand(ImmutableArray<ImageFile> files)
    {
        if (stage.Command is not { } command)
        {
            return;
        }

        var faults = new ModelCommand(command.Arguments).Files
            .Where(file => files.All(present => present.Path != ModelCommand.PathInImage(file.Value)))
            .Select(file => new Diagnostic(GraphDiagnosticCodes.CommandFileMissing, DiagnosticSeverity.Error, command.Span, Missing(file.Value, files)))
            .ToImmutableArray();
        if (!faults.IsEmpty)
        {
            throw new BuildException(faults);
        }
    }

    private static string Missing(string value, ImmutableArray<ImageFile> files)
    {
        var path = ModelCommand.PathInImage(value);
        var hint = Suggestion.Find(path, files.Select(file => file.Path)) is { } near ? $" Did you mean '{near}'?" : "";
        return $"CMD names '{path}', which the stage does not have; it has {(files.IsEmpty ? "no file" : string.Join(", ", files.Select(file => file.Path)))}.{hint}";
    }

    private GgufFile Open(string path, ImmutableArray<ImageFile> files)
    {
        var file = files.FirstOrDefault(file => file.Path == path) ?? throw Fault(GraphDiagnosticCodes.CommandFileMissing, Missing(path, files));
        if (GgufSplitName.TryParse(path) is not { Number: 1, Count: > 1 } split)
        {
            return GgufFile.Open(file.StorePath);
        }

        // The files of a split model have other names in the store than in the image.
        var parts = Enumerable.Range(1, split.Count).Select(number => files.FirstOrDefault(file => file.Path == split.PathOf(number)) ?? throw Fault(
            GraphDiagnosticCodes.CommandFileMissing, $"CMD names '{path}', the first file of {split.Count}; the stage lacks '{split.PathOf(number)}'."));
        return GgufFile.OpenParts([.. parts.Select(part => part.StorePath)]);
    }

    private BuildException Fault(string code, string message, Exception? inner = null) =>
        new([new Diagnostic(code, DiagnosticSeverity.Error, stage.Command?.Span ?? SourceSpan.File(session.Request.PackerfilePath), message)], inner);
}
