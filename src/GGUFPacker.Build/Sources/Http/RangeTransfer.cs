using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using GGUFPacker.Oci.Store;
using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Build.Sources.Http;

/// <summary>Fills a file of known size with the stretches that are missing. A server that knows no ranges is read once from front to back.</summary>
internal sealed class RangeTransfer(HttpFetcher http, RemoteFile file, SafeFileHandle data, RangeJournal journal, Action<long>? progress)
{
    // What a killed process loses at most, for each stretch that was on its way.
    private const int BytesBetweenNotes = 1 << 20;

    private readonly int _rangeBytes = http.Options.RangeBytes;
    private readonly long _size = file.Size;
    private RemoteFile _file = file;
    private long _done;

    private int Count => (int)((_size + _rangeBytes - 1) / _rangeBytes);

    /// <summary>Fetches what is missing.</summary>
    /// <exception cref="SourceException">The server refuses, or fails again and again without a byte between.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _done = Enumerable.Range(0, Count).Sum(range => (long)(journal.Done.Contains(range) ? LengthOf(range) : BegunOf(range)));
        progress?.Invoke(_done);
        var missing = Enumerable.Range(0, Count).Where(range => !journal.Done.Contains(range)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        // The first stretch tells whether there are ranges at all.
        if (await FetchAsync(missing[0], cancellationToken).ConfigureAwait(false))
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = http.Options.ParallelRanges, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(
                missing.Skip(1), options, async (range, token) => await FetchAsync(range, token).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    // Returns false if the server gave the whole file instead, which is then all there.
    private async Task<bool> FetchAsync(int range, CancellationToken cancellationToken)
    {
        var start = (long)range * _rangeBytes;
        var end = start + LengthOf(range);
        var position = start + BegunOf(range);
        var noted = position;
        for (var failures = 0; ;)
        {
            var before = position;
            try
            {
                using var response = await SendAsync(position, end, cancellationToken).ConfigureAwait(false);
                var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    await ReadWholeAsync(body, cancellationToken).ConfigureAwait(false);
                    return false;
                }

                await foreach (var read in CopyAsync(body, position, end, cancellationToken).ConfigureAwait(false))
                {
                    position += read;
                    if (position - noted >= BytesBetweenNotes)
                    {
                        journal.Begin(range, (int)(position - start));
                        noted = position;
                    }
                }

                journal.Add(range);
                return true;
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                journal.Begin(range, (int)(position - start));
                throw;
            }
            catch (Exception exception) when (exception is not SourceException && HttpFetcher.IsPassing(exception, cancellationToken))
            {
                failures = position > before ? 0 : failures + 1;
                if (failures > http.Options.Retries)
                {
                    throw new SourceException(
                        $"{_file.Name} could not be fetched from {HttpFetcher.Shown(_file.Address)}: {exception.Message}. What has come is kept; run the command again to go on.",
                        exception);
                }

                await Task.Delay(http.WaitOf(null, failures), http.Options.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(long from, long end, CancellationToken cancellationToken)
    {
        var current = _file;
        var response = await http.SendAsync(
            current.Address,
            message =>
            {
                message.Headers.Range = new RangeHeaderValue(from, end - 1);
                // Not to where the address redirects to: they may hold a credential.
                foreach (var (name, value) in message.RequestUri?.Authority == current.Address.Authority ? current.Headers : ImmutableDictionary<string, string>.Empty)
                {
                    message.Headers.TryAddWithoutValidation(name, value);
                }
            },
            cancellationToken).ConfigureAwait(false);
        try
        {
            await CheckAsync(response, current, from, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task CheckAsync(HttpResponseMessage response, RemoteFile current, long from, CancellationToken cancellationToken)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK when response.Content.Headers.ContentLength is { } length && length != _size:
                throw OtherSize(length);
            case HttpStatusCode.PartialContent when response.Content.Headers.ContentRange is { } given:
                if (given.From != from)
                {
                    throw new IOException($"the answer is for another range than was asked for");
                }

                if (given.Length is { } whole && whole != _size)
                {
                    throw OtherSize(whole);
                }

                break;
            case HttpStatusCode.OK:
                break;
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.Gone when current.Renew is { } renew:
                // The address has expired.
                _file = await renew(cancellationToken).ConfigureAwait(false);
                throw new IOException($"{current.Address.Host} answered {(int)response.StatusCode}");
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.Gone when response.RequestMessage?.RequestUri?.Authority != current.Address.Authority:
                // Where it redirected to has expired; each try asks for a new place.
                throw new IOException($"{response.RequestMessage?.RequestUri?.Host} answered {(int)response.StatusCode}");
            default:
                throw current.Explain?.Invoke(response)
                    ?? new SourceException($"{HttpFetcher.Shown(current.Address)} answered {(int)response.StatusCode} ({response.ReasonPhrase}).");
        }
    }

    private async Task ReadWholeAsync(Stream body, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _done, 0);
        for (var range = 0; range < Count; range++)
        {
            var start = (long)range * _rangeBytes;
            var position = start;
            await foreach (var read in CopyAsync(body, start, start + LengthOf(range), cancellationToken).ConfigureAwait(false))
            {
                position += read;
            }

            journal.Add(range);
        }
    }

    private async IAsyncEnumerable<int> CopyAsync(
        Stream body, long position, long end, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 << 10);
        try
        {
            while (position < end)
            {
                var read = await http.ReadInTimeAsync(
                    body, buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - position)), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new IOException($"the answer ended {end - position} bytes early");
                }

                await WriteAsync(buffer.AsMemory(0, read), position, cancellationToken).ConfigureAwait(false);
                position += read;
                progress?.Invoke(Interlocked.Add(ref _done, read));
                yield return read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // A disk that takes no more is no matter of the network: nothing is tried again.
    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, long position, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(data, bytes, position, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw new SourceException(
                $"{_file.Name} cannot be kept: {error.Message.TrimEnd('.')}. What has come is kept; run the command again to go on.{(DiskFull.Is(error) ? " " + DiskFull.Hint : "")}",
                error);
        }
    }

    // A stretch that is said to be longer than it is, is fetched anew.
    private int BegunOf(int range) => journal.BegunOf(range) is var bytes && bytes < LengthOf(range) ? bytes : 0;

    private int LengthOf(int range) => (int)Math.Min(_rangeBytes, _size - ((long)range * _rangeBytes));

    private SourceException OtherSize(long size) =>
        new($"{_file.Name}: {HttpFetcher.Shown(_file.Address)} has {size} bytes; {_size} were expected.");
}
