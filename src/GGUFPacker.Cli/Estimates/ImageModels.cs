using System.Collections.Immutable;
using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Commands;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.RemoteImages;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Cli.Estimates;

/// <summary>The models of an image: its config describes them, so no weight is fetched.</summary>
internal static class ImageModels
{
    /// <summary>Reads an image of the store, or else of its registry.</summary>
    /// <param name="environment">The process around.</param>
    /// <param name="reference">The image.</param>
    /// <param name="force">Whether the registry is asked in any case.</param>
    /// <param name="insecure">Whether plain HTTP and unknown certificates are accepted.</param>
    /// <param name="platform">The platform of an image that has several.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ContentException">It is no model's image.</exception>
    public static async Task<SourceModels> ReadAsync(
        CliEnvironment environment, ImageReference reference, bool force, bool insecure, Platform platform, CancellationToken cancellationToken)
    {
        if (!force && Directory.Exists(environment.StoreRoot))
        {
            using var store = environment.OpenStore();
            if (store.Tags.Find(reference) is { } tag)
            {
                var stored = StoredModel.Load(store, tag.Manifest, platform);
                var files = new Lazy<ImmutableSortedDictionary<string, LayerEntry>>(() => FilesOf(store, stored.Model.Image));
                return await ReadAsync(reference, stored.Model, (path, _) => Task.FromResult(OpenStored(store, files.Value, path)), cancellationToken).ConfigureAwait(false);
            }
        }

        using var client = Registries.CreateClient(environment, reference.Registry, insecure, pushing: false);
        var image = await RemoteImage.OpenAsync(client, reference, platform, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(reference, ModelImageConfig.Read(image.Config), image.OpenFileAsync, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<SourceModels> ReadAsync(
        ImageReference reference, ModelImageConfig config, Func<string, CancellationToken, Task<Stream?>> open, CancellationToken cancellationToken)
    {
        StoredModel.RequireModel(reference, config);

        // Images of the original keep files of a base image that their own CMD does not name, and list adapters twice.
        var named = config.Command.Files.Select(file => (file.Kind, file.Index)).ToHashSet();
        var models = new EngineModels(await HeaderAsync(config.Model!).ConfigureAwait(false))
        {
            Drafter = config.Drafter is { } drafter && IsNamed(CommandFileKind.Drafter, drafter) ? await HeaderAsync(drafter).ConfigureAwait(false) : null,
            Projector = config.Projector is { } projector && IsNamed(CommandFileKind.Projector, projector) ? await HeaderAsync(projector).ConfigureAwait(false) : null,
        };
        foreach (var adapter in config.Adapters.Where(adapter => IsNamed(CommandFileKind.Adapter, adapter)).DistinctBy(adapter => adapter.CommandIndex))
        {
            models = models with { Adapters = models.Adapters.Add(await HeaderAsync(adapter).ConfigureAwait(false)) };
        }

        return new SourceModels(reference.Familiar, models, config.Command.Arguments);

        bool IsNamed(CommandFileKind kind, ModelFile file) => named.Contains((kind, file.CommandIndex));

        async Task<ModelHeader> HeaderAsync(ModelFile file)
        {
            var header = await ModelFileHeader.ReadAsync(file, open, cancellationToken).ConfigureAwait(false);
            return new ModelHeader(header.Metadata, header.Tensors);
        }
    }

    private static ImmutableSortedDictionary<string, LayerEntry> FilesOf(ContentStore store, ImageConfig image) =>
        LayerFiles.Flatten(image.DiffIds.Select(layer => store.Layers.Find(layer) ?? throw new StoreException($"The store does not have the layer {layer}; pull the image again.")));

    private static Stream? OpenStored(ContentStore store, ImmutableSortedDictionary<string, LayerEntry> files, string path) =>
        LayerFiles.Resolve(files, path) is { Kind: LayerEntryKind.File, Content.IsEmpty: false } file ? File.OpenRead(store.Contents.PathOf(file.Content)) : null;
}
