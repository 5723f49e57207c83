using System.Security.Cryptography;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Registry;

/// <summary>A blob that is read once, told of as it comes, and whose digest is compared at its end.</summary>
internal sealed class VerifyingStream : Stream
{
    // Reads come in pieces as the network gives them; telling of each would be noise.
    private const long ReportEvery = 1 << 20;

    private readonly Stream _inner;
    private readonly Descriptor _blob;
    private readonly Action<long> _read;
    private readonly IncrementalHash? _hash;
    private long _position;
    private long _reported;

    /// <summary>Creates the stream.</summary>
    /// <param name="inner">The blob; closed with this stream.</param>
    /// <param name="blob">What it must be.</param>
    /// <param name="read">Told how many bytes have been read.</param>
    /// <param name="hashes">Whether the digest is computed here.</param>
    public VerifyingStream(Stream inner, Descriptor blob, Action<long> read, bool hashes)
    {
        (_inner, _blob, _read) = (inner, blob, read);
        _hash = hashes ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _blob.Size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Reads what the reader has left over and compares the digest.</summary>
    /// <exception cref="RegistryException">It is another.</exception>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        if (_hash is null)
        {
            return;
        }

        // A decompressor stops at the end of its data, which need not be the blob's.
        var rest = new byte[64 << 10];
        while (await ReadAsync(rest, cancellationToken).ConfigureAwait(false) > 0)
        {
        }

        var digest = Digest.FromHash(_hash.GetHashAndReset());
        if (digest != _blob.Digest)
        {
            throw new RegistryException($"The registry gave other bytes for the blob {_blob.Digest}: theirs are {digest}.");
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Count(buffer.Span, read);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Count(buffer.AsSpan(offset, count), _inner.Read(buffer, offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(Span<byte> buffer, int read)
    {
        _hash?.AppendData(buffer[..read]);
        _position += read;
        if (_position - _reported >= ReportEvery)
        {
            _reported = _position;
            _read(_position);
        }

        return read;
    }
}
