using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Commands;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.RemoteImages;

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
                return await ReadAsync(reference, stored.Model, new StoredImageFiles(store, stored.Model.Image).OpenAsync, cancellationToken).ConfigureAwait(false);
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
        var headers = await ModelImageHeaders.ReadAsync(config, open, cancellationToken).ConfigureAwait(false);
        var models = new EngineModels(HeaderOf(headers.Model))
        {
            Drafter = headers.Drafter is { } drafter ? HeaderOf(drafter) : null,
            Projector = headers.Projector is { } projector ? HeaderOf(projector) : null,
            Adapters = [.. headers.Adapters.Select(HeaderOf)],
        };
        return new SourceModels(reference.Familiar, models, config.Command.Arguments);
    }

    private static ModelHeader HeaderOf(ModelFileHeader header) => new(header.Metadata, header.Tensors);
}
