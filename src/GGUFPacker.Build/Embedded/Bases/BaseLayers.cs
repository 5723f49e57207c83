using System.Collections.Concurrent;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Bases;

/// <summary>The layers of base images, each once for all sessions of a build.</summary>
/// <param name="store">The store.</param>
/// <param name="registries">How registries are reached; null if none are.</param>
internal sealed class BaseLayers(ContentStore store, RegistryClient? registries)
{
    private readonly ConcurrentDictionary<Digest, BaseLayer> _layers = new();

    /// <summary>The layer of a descriptor.</summary>
    public BaseLayer Get(Descriptor descriptor, Digest diffId) => _layers.GetOrAdd(diffId, _ => new BaseLayer(store, registries, descriptor, diffId));
}
