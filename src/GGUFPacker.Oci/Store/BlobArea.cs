using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Store;

/// <summary>Small blobs as registries have them, by digest: manifests, indexes, configs.</summary>
public sealed class BlobArea
{
    /// <summary>
    /// Compressed layers up to this size are kept as they came as well, so that the image can be pushed elsewhere unchanged. Larger ones are kept as their
    /// files alone: weights are not stored twice.
    /// </summary>
    internal const long MaxKeptCompressed = 32 << 20;

    private const int MaxSize = 64 << 20;

    private readonly StoreFiles _files;

    internal BlobArea(StoreFiles files) => _files = files;

    /// <summary>Whether the store has the blob with this size.</summary>
    public bool Contains(Digest digest, long size) => StoreFiles.IsWhole(PathOf(digest), size);

    /// <summary>The blob; null if the store does not have it. Its digest is verified: what a power failure damaged counts as missing.</summary>
    public byte[]? Find(Digest digest) => StoreFiles.ReadIfThere(PathOf(digest), MaxSize) is { } bytes && Digest.Of(bytes) == digest ? bytes : null;

    /// <summary>The blob.</summary>
    /// <exception cref="StoreException">The store does not have it.</exception>
    public byte[] Get(Digest digest) => Find(digest) ?? throw new StoreException($"The store does not have the blob {digest}.");

    /// <summary>Puts a blob in.</summary>
    /// <returns>Its descriptor.</returns>
    public Descriptor Put(string mediaType, ReadOnlySpan<byte> bytes)
    {
        var digest = Digest.Of(bytes);
        if (!Contains(digest, bytes.Length))
        {
            _files.Write(PathOf(digest), bytes);
        }

        return new Descriptor(mediaType, digest, bytes.Length);
    }

    /// <summary>Opens a blob of any size for reading; null if the store does not have it.</summary>
    internal Func<Stream>? Opener(Descriptor blob) =>
        Contains(blob.Digest, blob.Size)
            ? () => new FileStream(PathOf(blob.Digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0)
            : null;

    internal string PathOf(Digest digest) => StoreFiles.In(_files.Blobs, digest);
}
