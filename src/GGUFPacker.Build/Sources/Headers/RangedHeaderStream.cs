using System.Net;
using System.Net.Http.Headers;
using GGUFPacker.Build.Sources.Http;

namespace GGUFPacker.Build.Sources.Headers;

/// <summary>
/// The beginning of a file elsewhere, forward only. It is asked for in ranges that grow while they are read, so that a small header costs little and a large
/// one few requests. A server without ranges is read as a stream that is hung up on.
/// </summary>
internal sealed class RangedHeaderStream(
    HttpFetcher http, RemoteHeaderFile file, HeaderBudget budget, int firstRange, CancellationToken cancellationToken) : Stream
{
    private const int LargestRange = 4 << 20;

    private byte[] _range = [];
    private int _used;
    private int _nextRange = firstRange;
    private long _position;
    private long? _length;
    private EntityTagHeaderValue? _tag;
    private HttpResponseMessage? _whole;
    private Stream? _body;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    /// <summary>The file's size; known once something was read.</summary>
    public override long Length => _length ?? throw new InvalidOperationException("Nothing was read yet.");

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_used == _range.Length && (_length is null || _position < _length))
        {
            _range = FetchAsync().GetAwaiter().GetResult();
            _used = 0;
        }

        var count = Math.Min(buffer.Length, _range.Length - _used);
        _range.AsSpan(_used, count).CopyTo(buffer);
        _used += count;
        _position += count;
        return count;
    }

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
            _whole?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<byte[]> FetchAsync()
    {
        var wanted = (int)Math.Min(Math.Min(_nextRange, budget.Left), (_length ?? long.MaxValue) - _position);
        if (wanted <= 0)
        {
            throw budget.Exceeded(file.Name);
        }

        _nextRange = Math.Min(_nextRange * 2, LargestRange);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return _body is null ? await FetchRangeAsync(wanted).ConfigureAwait(false) : await ReadBodyAsync(_body, wanted).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not SourceException && HttpFetcher.IsPassing(exception, cancellationToken))
            {
                // A stream that broke would have to be read again from its beginning.
                if (_body is not null || attempt >= http.Options.Retries || budget.Left < wanted)
                {
                    throw new SourceException($"{file.Name} could not be read from {HttpFetcher.Shown(file.Address)}: {exception.Message}.", exception);
                }

                await Task.Delay(http.WaitOf(null, attempt), http.Options.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<byte[]> FetchRangeAsync(int wanted)
    {
        var response = await http.SendAsync(
            file.Address, message => message.Headers.Range = new RangeHeaderValue(_position, _position + wanted - 1), cancellationToken).ConfigureAwait(false);
        var keep = false;
        try
        {
            var answered = CheckAnswer(response, wanted);
            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                (_whole, _body, keep) = (response, body, true);
            }

            return await ReadBodyAsync(body, answered).ConfigureAwait(false);
        }
        finally
        {
            if (!keep)
            {
                response.Dispose();
            }
        }
    }

    /// <summary>Whether the answer is for the file that the earlier ones were for.</summary>
    /// <returns>How many bytes to read.</returns>
    private int CheckAnswer(HttpResponseMessage response, int wanted)
    {
        var given = response.Content.Headers.ContentRange;
        var length = response.StatusCode switch
        {
            HttpStatusCode.OK when _position == 0 => response.Content.Headers.ContentLength,
            HttpStatusCode.PartialContent when given?.From == _position => given.Length,
            HttpStatusCode.OK or HttpStatusCode.PartialContent => throw Refused("it answered for another range than was asked for"),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.Gone when response.RequestMessage?.RequestUri?.Authority != file.Address.Authority =>
                throw new IOException($"{response.RequestMessage?.RequestUri?.Host} answered {(int)response.StatusCode}"),
            _ => throw file.Explain?.Invoke(response) ?? Refused($"it answered {(int)response.StatusCode} ({response.ReasonPhrase})"),
        };
        if (length is not > 0)
        {
            throw Refused("it does not say how large the file is");
        }

        if ((_length is not null && _length != length) || (_tag is not null && response.Headers.ETag is { } tag && !tag.Equals(_tag)))
        {
            throw Refused("the file changed while it was read");
        }

        if (file.Size is { } size && size != length)
        {
            throw Refused($"it has {length} bytes; {size} were expected");
        }

        _length = length;
        _tag ??= response.Headers.ETag;
        return (int)Math.Min(wanted, length.Value - _position);
    }

    private async Task<byte[]> ReadBodyAsync(Stream body, int count)
    {
        var bytes = new byte[count];
        for (var filled = 0; filled < count;)
        {
            var read = await http.ReadInTimeAsync(body, bytes.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            budget.Take(read);
            filled += read > 0 ? read : throw new IOException($"the answer ended {count - filled} bytes early");
        }

        return bytes;
    }

    private SourceException Refused(string reason) => new($"{file.Name} cannot be read from {HttpFetcher.Shown(file.Address)}: {reason}.");
}
