using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Layouts;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Caching;

/// <summary>A shared cache that a build reads: its manifest and config are read at the start, a layer when a step's key is found.</summary>
internal sealed class CacheSource
{
    private readonly Dictionary<Digest, CachedStep> _steps = [];
    private readonly CacheManifest _manifest;
    private readonly Func<Descriptor, IProgress<TransferProgress>, CancellationToken, Task<LayerRecipe>> _fetch;

    private CacheSource(
        CacheLocation location, CacheManifest manifest, Func<Descriptor, IProgress<TransferProgress>, CancellationToken, Task<LayerRecipe>> fetch)
    {
        (Location, _manifest, _fetch) = (location, manifest, fetch);
        foreach (var step in manifest.Steps)
        {
            _steps.TryAdd(step.Key, step);
        }
    }

    /// <summary>Where it is.</summary>
    public CacheLocation Location { get; }

    /// <summary>Reads what a cache has.</summary>
    /// <exception cref="RegistryException">The registry does not have it.</exception>
    /// <exception cref="ContentException">It is no cache.</exception>
    public static async Task<CacheSource> OpenAsync(CacheLocation location, ContentStore store, RegistryClient? registries, CancellationToken cancellationToken)
    {
        if (location.Directory is { } directory)
        {
            var reader = new LayoutReader(store);
            var (layout, configBytes) = await reader.ReadManifestAsync(directory, cancellationToken).ConfigureAwait(false);
            return new CacheSource(
                location, CacheManifest.Parse(layout, configBytes), (layer, _, token) => reader.ReadLayerAsync(directory, layer, token));
        }

        var client = registries ?? throw new RegistryException("No registry can be reached here.");
        var reference = location.Reference!;
        var manifest = ImageManifest.Parse((await client.Manifests.GetAsync(reference, cancellationToken).ConfigureAwait(false)).Bytes);
        if (manifest.Config.Size > CacheManifest.MaxConfigSize)
        {
            throw new ContentException($"Its config has {manifest.Config.Size} bytes; more than {CacheManifest.MaxConfigSize} are not read.");
        }

        var config = await client.Blobs.GetAsync(reference.Registry, reference.Repository, manifest.Config, cancellationToken).ConfigureAwait(false);
        var origin = new BlobOrigin(reference.Registry, reference.Repository);
        var pull = new ImagePull(client, store);
        return new CacheSource(
            location, CacheManifest.Parse(manifest, config), (layer, progress, token) => pull.PullLayerAsync(origin, layer, layer.Digest, progress, token));
    }

    /// <summary>Whether it has a step's result.</summary>
    public CachedStep? Find(Digest key) => _steps.GetValueOrDefault(key);

    /// <summary>Brings a step's result into the store. The layer's digest is verified while it comes, the content's with it.</summary>
    /// <exception cref="ContentException">The layer does not hold what the cache says.</exception>
    public async Task FetchAsync(CachedStep step, IProgress<TransferProgress> progress, CancellationToken cancellationToken)
    {
        var layer = await _fetch(_manifest.Layers[step.Layer], progress, cancellationToken).ConfigureAwait(false);
        if (!layer.Entries.Any(entry => entry.Content == step.Content && entry.Size == step.Size))
        {
            throw new ContentException($"The layer {layer.DiffId} does not hold {step.Content}, which the cache says it does.");
        }
    }
}
