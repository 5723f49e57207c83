using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Oci.RemoteImages;

/// <summary>
/// A blob of one registry on its way into another, read front to back in one request from wherever the reader begins. Nothing is kept here; the registry that
/// takes it compares the digest.
/// </summary>
internal sealed class PassingBlobStream(BlobRequests blobs, BlobOrigin origin, Descriptor blob) : SeekableStream
{
    private BlobStream? _inner;

    /// <inheritdoc/>
    public override long Length => blob.Size;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_inner?.Position != Position)
        {
            _inner?.Dispose();
            _inner = blobs.Open(origin.Registry, origin.Repository, blob, Math.Min(Position, blob.Size));
        }

        var read = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Position += read;
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner?.Dispose();
        }

        base.Dispose(disposing);
    }
}
