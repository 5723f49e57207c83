using System.Net;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Registry;

/// <summary>
/// A blob as it comes from a registry. When the connection breaks, is silent for too long, or its presigned address has expired, the blob is asked for again
/// from the first byte that is missing;
/// only that many failures in a row without a byte between them end it.
/// </summary>
public sealed class BlobStream : Stream
{
    private readonly RegistryTransport _transport;
    private readonly RegistryRequest _request;
    private readonly Descriptor _blob;
    private readonly long _end;
    private readonly bool _needsRanges;
    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position;
    private int _failures;

    internal BlobStream(RegistryTransport transport, RegistryRequest request, Descriptor blob, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, blob.Size);
        (_transport, _request, _blob, _position, _end) = (transport, request, blob, offset, blob.Size);
    }

    /// <summary>
    /// Creates a stream of a stretch of the blob, which ends at once, <see cref="LacksRanges"/> set, if the registry would give all of the blob instead.
    /// </summary>
    internal BlobStream(RegistryTransport transport, RegistryRequest request, Descriptor blob, long offset, long length)
        : this(transport, request, blob, offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, blob.Size - offset);
        (_end, _needsRanges) = (offset + length, length < blob.Size);
    }

    /// <summary>Whether the registry has turned out to give no ranges.</summary>
    internal bool LacksRanges { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>The blob's size.</summary>
    public override long Length => _blob.Size;

    /// <summary>The next byte's place in the blob; it cannot be set.</summary>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Min(buffer.Length, _end - _position);
        while (wanted > 0 && !LacksRanges)
        {
            try
            {
                _body ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
                if (LacksRanges)
                {
                    Drop();
                    return 0;
                }

                var read = await ReadInTimeAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
                if (read > 0)
                {
                    _position += read;
                    _failures = 0;
                    return read;
                }

                throw new IOException($"the blob ended after {_position} of {_end} bytes");
            }
            catch (Exception exception) when (RegistryTransport.IsPassing(exception, cancellationToken))
            {
                Drop();
                if (_failures++ >= _transport.Options.Retries)
                {
                    throw new RegistryException($"The blob {_blob.Digest} could not be read from {_request.Registry}: {exception.Message}", exception);
                }

                await Task.Delay(_transport.WaitOf(null, _failures - 1), _transport.Options.Time, cancellationToken).ConfigureAwait(false);
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Drop();
        }

        base.Dispose(disposing);
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        // Each time from the registry: where it redirected to may have expired.
        var request = _request with { RangeFrom = _position, RangeEnd = _end < _blob.Size ? _end : null };
        var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            switch (response.StatusCode)
            {
                case HttpStatusCode.PartialContent when response.Content.Headers.ContentRange is not { } range || range.From != _position || range.To >= _end:
                    throw new RegistryException($"The registry {_request.Registry} answered for another range of the blob {_blob.Digest} than was asked for.");
                case HttpStatusCode.OK or HttpStatusCode.PartialContent:
                    break;
                case var status when RegistryTransport.IsPassing(status) || (status is HttpStatusCode.Forbidden
                    && !_request.Registry.ApiHost.Equals(response.RequestMessage?.RequestUri?.Authority, StringComparison.OrdinalIgnoreCase)):
                    throw new IOException($"{response.RequestMessage?.RequestUri?.Host} answered {(int)status}");
                default:
                    throw await RegistryErrors.FromAsync(response.RequestMessage!, response, cancellationToken).ConfigureAwait(false);
            }

            var isWhole = response.StatusCode == HttpStatusCode.OK;
            var start = isWhole ? 0 : _position;
            var size = response.Content.Headers.ContentRange?.Length ?? (isWhole || _end == _blob.Size ? start + response.Content.Headers.ContentLength : null);
            if (size is not null && size != _blob.Size)
            {
                throw new RegistryException(
                    $"The registry {_request.Registry} has the blob {_blob.Digest} with {size} bytes; the manifest says {_blob.Size}.");
            }

            LacksRanges = _needsRanges && isWhole;

            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            _response = response;
            _body = body;
            if (start < _position && !LacksRanges)
            {
                // No ranges here: what is there already is read past.
                await SkipAsync(_position, cancellationToken).ConfigureAwait(false);
            }

            return body;
        }
        catch
        {
            _body = null;
            _response = null;
            response.Dispose();
            throw;
        }
    }

    private async Task SkipAsync(long count, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        while (count > 0)
        {
            var read = await ReadInTimeAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), cancellationToken).ConfigureAwait(false);
            count -= read > 0 ? read : throw new IOException("the blob ended before the place to go on from");
        }
    }

    private async ValueTask<int> ReadInTimeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_transport.Options.IdleTimeout);
        try
        {
            return await _body!.ReadAsync(buffer, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{_request.Registry} was silent for {_transport.Options.IdleTimeout.TotalSeconds} seconds", exception);
        }
    }

    private void Drop()
    {
        _response?.Dispose();
        _response = null;
        _body = null;
    }
}
