using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Output;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary>Model images, from the store or else from a registry.</summary>
internal static class ModelImages
{
    /// <summary>Brings all of a model's image into the store, with its name, and shows how far it is.</summary>
    /// <exception cref="ContentException">The name stands for another image by now.</exception>
    /// <exception cref="StoreException">The store lacks a layer and does not know where it is.</exception>
    public static async Task BringAsync(
        CliEnvironment environment, ContentStore store, RegistryClient client, FoundModel model, ProgressMode mode, CancellationToken cancellationToken)
    {
        var pull = new ImagePull(client, store);
        if (model.IsStored)
        {
            await CompleteAsync(environment, pull, model.Manifest.Digest, mode, cancellationToken).ConfigureAwait(false);
        }
        else if ((await FetchAsync(environment, pull, new PullRequest(model.Reference), mode, cancellationToken).ConfigureAwait(false)).Digest != model.Manifest.Digest)
        {
            throw new ContentException($"{model.Reference.Familiar} has become another image while it was looked at; the new one is in the store now.");
        }
    }

    /// <summary>Fetches the layers that the store lacks: what was built here may have a base of which nothing was needed so far.</summary>
    /// <param name="environment">The process around.</param>
    /// <param name="pull">Fetches.</param>
    /// <param name="manifest">The manifest or index.</param>
    /// <param name="mode">How progress is shown.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task CompleteAsync(CliEnvironment environment, ImagePull pull, Digest manifest, ProgressMode mode, CancellationToken cancellationToken)
    {
        if (!pull.IsComplete(manifest))
        {
            await ProgressDisplay.RunAsync(
                environment,
                async display =>
                {
                    await pull.CompleteAsync(manifest, Registries.Show(display, "pull"), cancellationToken).ConfigureAwait(false);
                    return manifest;
                },
                mode,
                "Pulling").ConfigureAwait(false);
        }
    }

    /// <summary>Pulls a model, and shows how far it is.</summary>
    /// <returns>The manifest.</returns>
    /// <exception cref="ContentException">The image is no model's; then none of its layers is fetched.</exception>
    public static async Task<Descriptor> PullAsync(
        CliEnvironment environment, ContentStore store, PullRequest request, bool insecure, ProgressMode mode, CancellationToken cancellationToken)
    {
        using var client = Registries.CreateClient(environment, request.Source.Registry, insecure, pushing: false);
        var pull = new ImagePull(client, store);

        // The config tells whether it is worth fetching gigabytes.
        var image = await pull.RunAsync(request with { WithoutLayers = true }, progress: null, cancellationToken).ConfigureAwait(false);
        StoredModel.RequireModel(request.Source, ModelImageConfig.Read(image.Config));
        return await FetchAsync(environment, pull, request, mode, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Descriptor> FetchAsync(
        CliEnvironment environment, ImagePull pull, PullRequest request, ProgressMode mode, CancellationToken cancellationToken) =>
        (await ProgressDisplay.RunAsync(environment, display => pull.RunAsync(request, Registries.Show(display, "pull"), cancellationToken), mode, "Pulling").ConfigureAwait(false))
            .ManifestDescriptor;
}
