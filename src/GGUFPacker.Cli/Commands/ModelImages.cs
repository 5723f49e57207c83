using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Output;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary>Model images, from the store or else from a registry.</summary>
internal static class ModelImages
{
    /// <summary>The model that the store has under a name, or that is pulled now.</summary>
    /// <exception cref="ContentException">The image is no model's.</exception>
    public static async Task<StoredModel> FindOrPullAsync(
        CliEnvironment environment, ContentStore store, ImageReference reference, bool insecure, ProgressMode mode, CancellationToken cancellationToken)
    {
        var manifest = store.Tags.Find(reference)?.Manifest
            ?? await PullAsync(environment, store, new PullRequest(reference), insecure, mode, cancellationToken).ConfigureAwait(false);
        var model = StoredModel.Load(store, manifest);
        StoredModel.RequireModel(reference, model.Model);
        return model;
    }

    /// <summary>Fetches the layers that the store lacks: what was built here may have a base of which nothing was needed so far.</summary>
    public static async Task CompleteAsync(
        CliEnvironment environment, ContentStore store, ImageReference reference, Descriptor manifest, bool insecure, ProgressMode mode, CancellationToken cancellationToken)
    {
        using var client = Registries.CreateClient(environment, reference.Registry, insecure, pushing: false);
        var pull = new ImagePull(client, store);
        if (!pull.IsComplete(manifest.Digest))
        {
            await ProgressDisplay.RunAsync(
                environment,
                async display =>
                {
                    await pull.CompleteAsync(manifest.Digest, Registries.Show(display, "pull"), cancellationToken).ConfigureAwait(false);
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
        image = await ProgressDisplay.RunAsync(
            environment, display => pull.RunAsync(request, Registries.Show(display, "pull"), cancellationToken), mode, "Pulling").ConfigureAwait(false);
        return image.ManifestDescriptor;
    }
}
