using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Registry;

/// <summary>
/// A client of the OCI distribution specification, for any number of registries. The verbs are its members; <see cref="ImagePush"/> and <see cref="ImagePull"/>
/// move whole images.
/// </summary>
public sealed class RegistryClient : IDisposable
{
    private readonly RegistryTransport _transport;

    /// <summary>Creates a client.</summary>
    public RegistryClient(RegistryOptions options)
    {
        _transport = new RegistryTransport(options);
        Options = options;
        Manifests = new ManifestRequests(_transport);
        Blobs = new BlobRequests(_transport);
        Uploads = new UploadRequests(_transport);
        Tags = new TagRequests(_transport);
    }

    /// <summary>How it talks to registries.</summary>
    public RegistryOptions Options { get; }

    /// <summary>Manifests and indexes.</summary>
    public ManifestRequests Manifests { get; }

    /// <summary>Blobs that are there.</summary>
    public BlobRequests Blobs { get; }

    /// <summary>Blobs that are brought there.</summary>
    public UploadRequests Uploads { get; }

    /// <summary>The tags of repositories.</summary>
    public TagRequests Tags { get; }

    /// <summary>Finds out whether there is a registry and how it is reached.</summary>
    /// <returns>The root of its API.</returns>
    /// <exception cref="RegistryException">There is none.</exception>
    public async Task<Uri> PingAsync(RegistryName registry, CancellationToken cancellationToken) =>
        (await _transport.ConnectAsync(registry, cancellationToken).ConfigureAwait(false)).Base;

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();
}
