using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Commands;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

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
        using var client = Registries.CreateClient(environment, reference.Registry, insecure, pushing: false);
        using var store = !force && Directory.Exists(environment.StoreRoot) ? environment.OpenStore() : null;
        return await ReadAsync(
            await FoundModel.FindAsync(store, client, reference, platform, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads an image.</summary>
    /// <param name="model">The image.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ContentException">Its config describes no header that could be.</exception>
    public static async Task<SourceModels> ReadAsync(FoundModel model, CancellationToken cancellationToken)
    {
        var headers = await ModelImageHeaders.ReadAsync(
            model.Config, (path, token) => model.Files.Value.OpenAsync(path, token), cancellationToken).ConfigureAwait(false);
        var models = new EngineModels(HeaderOf(headers.Model))
        {
            Drafter = headers.Drafter is { } drafter ? HeaderOf(drafter) : null,
            Projector = headers.Projector is { } projector ? HeaderOf(projector) : null,
            Adapters = [.. headers.Adapters.Select(HeaderOf)],
        };
        return new SourceModels(model.Reference.Familiar, models, model.Config.Command.Arguments);
    }

    private static ModelHeader HeaderOf(ModelFileHeader header) => new(header.Metadata, header.Tensors);
}
