using System.Net;
using System.Net.Http.Headers;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Registry;

/// <summary>
/// A stretch of a blob as the body of a request, with its length, told of as it goes out. A connection that takes no bytes for too long is given up.
/// </summary>
internal sealed class UploadContent : HttpContent
{
    private const int BufferSize = 1 << 20;

    private readonly Stream _source;
    private readonly long _count;
    private readonly TimeSpan _idleTimeout;
    private readonly Action<long>? _sent;

    /// <summary>Creates the body.</summary>
    /// <param name="source">The blob, at the stretch's first byte; closed with the body.</param>
    /// <param name="count">The bytes of the stretch.</param>
    /// <param name="idleTimeout">How long the connection may take no bytes.</param>
    /// <param name="sent">Told how many bytes have gone out since it was last told.</param>
    public UploadContent(Stream source, long count, TimeSpan idleTimeout, Action<long>? sent)
    {
        (_source, _count, _idleTimeout, _sent) = (source, count, idleTimeout, sent);
        Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.OctetStream);
        Headers.ContentLength = count;
    }

    /// <summary>Whether it is worth asking first whether it is welcome.</summary>
    public bool IsLarge => _count > BufferSize;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Two buffers: the next is read while the last goes out.
        var (current, next) = (new byte[BufferSize], new byte[BufferSize]);
        var left = _count;
        var length = await FillAsync(current, left, cancellationToken).ConfigureAwait(false);
        while (length > 0)
        {
            left -= length;
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(_idleTimeout);
            var writing = WriteAsync(stream, current.AsMemory(0, length), timeout, cancellationToken);
            int read;
            try
            {
                read = await FillAsync(next, left, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await writing.ConfigureAwait(false);
            }

            _sent?.Invoke(length);
            (current, next, length) = (next, current, read);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _count;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<int> FillAsync(byte[] buffer, long left, CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(buffer.Length, left);
        if (wanted > 0)
        {
            await _source.ReadExactlyAsync(buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
        }

        return wanted;
    }

    private async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, CancellationTokenSource timeout, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(bytes, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"the connection took no bytes for {_idleTimeout.TotalSeconds} seconds", exception);
        }
    }
}
