using System.Globalization;
using System.Net;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Registry;

/// <summary>One blob's way into a registry, which may take several requests.</summary>
internal sealed class BlobUpload(
    RegistryTransport transport, RegistryName registry, string repository, Descriptor blob, Func<Stream> open, Action<long>? progress)
{
    private Uri? _location;
    private bool _resumes = true;
    private bool _isThere;

    /// <summary>The largest stretch that is sent in one request.</summary>
    public long Chunk { get; set; } = long.MaxValue;

    /// <summary>The bytes that the registry has for certain.</summary>
    public long Offset { get; private set; }

    /// <summary>Uploads what is missing.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_isThere)
        {
            return;
        }

        if (_location is null)
        {
            await BeginAsync(cancellationToken).ConfigureAwait(false);
        }

        // The whole in one PUT, unless a part is there already or the registry wants pieces.
        if (Offset == 0 && blob.Size <= Chunk)
        {
            var uri = WithDigest(_location!);
            using var response = await SendAsync(HttpMethod.Put, uri, 0, blob.Size, ranged: false, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.RequestEntityTooLarge || blob.Size <= transport.Options.UploadChunkSize)
            {
                await CheckAsync(response, cancellationToken).ConfigureAwait(false);
                return;
            }

            Chunk = transport.Options.UploadChunkSize;
            await BeginAsync(cancellationToken).ConfigureAwait(false);
        }

        while (Offset < blob.Size)
        {
            var count = Math.Min(Chunk, blob.Size - Offset);
            using var response = await SendAsync(HttpMethod.Patch, _location!, Offset, count, ranged: true, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed
                && Chunk == long.MaxValue)
            {
                // It does not go on with what it has (GHCR takes no large pieces): from the start, in one request.
                _resumes = false;
                Restart();
                throw new IOException($"{registry} does not go on with an upload: it answered {(int)response.StatusCode}");
            }

            await CheckAsync(response, cancellationToken).ConfigureAwait(false);
            Offset += count;
            Follow(response);
        }

        using var last = await SendAsync(HttpMethod.Put, WithDigest(_location!), Offset, 0, ranged: false, cancellationToken).ConfigureAwait(false);
        await CheckAsync(last, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>After a failure: finds out how much the registry has, or begins again.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The upload may have ended well and only the answer been lost.
            var head = new RegistryRequest(HttpMethod.Head, registry, $"/v2/{repository}/blobs/{blob.Digest}")
            {
                Scope = RegistryRequest.PushScope(repository),
                FollowRedirects = true,
            };
            using (var there = await transport.SendAsync(head, cancellationToken).ConfigureAwait(false))
            {
                if (there.IsSuccessStatusCode)
                {
                    _isThere = true;
                    return;
                }
            }

            if (_location is null || !_resumes)
            {
                Restart();
                return;
            }

            var request = new RegistryRequest(HttpMethod.Get, registry, "") { Location = _location, Scope = RegistryRequest.PushScope(repository) };
            using var response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.Accepted && RangeEnd(response) is { } end && end > 0 && end < blob.Size)
            {
                Offset = end + 1;
                Follow(response);
                progress?.Invoke(Offset);
                return;
            }
        }
        catch (RegistryException)
        {
            // Not even that is answered: the next try begins again, or fails for good.
        }

        Restart();
    }

    private void Restart() => (_location, Offset) = (null, 0);

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Post, registry, $"/v2/{repository}/blobs/uploads/") { Scope = RegistryRequest.PushScope(repository) };
        using var response = await transport.SendCheckedAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Accepted || response.Headers.Location is null)
        {
            var without = response.Headers.Location is null ? " without a location" : "";
            throw new RegistryException($"The registry {registry} began no upload: it answered {(int)response.StatusCode}{without}.");
        }

        Offset = 0;
        if (Chunk < long.MaxValue && response.Headers.TryGetValues("OCI-Chunk-Min-Length", out var values)
            && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var minimum))
        {
            Chunk = Math.Max(Chunk, minimum);
        }

        Follow(response);
    }

    private void Follow(HttpResponseMessage response)
    {
        if (response.Headers.Location is not { } location)
        {
            return;
        }

        var asked = response.RequestMessage!.RequestUri!;
        var next = new Uri(asked, location);
        // A registry behind a proxy that ends TLS may think that it is reached without.
        _location = asked.Scheme == Uri.UriSchemeHttps && next.Scheme == Uri.UriSchemeHttp && next.Host == asked.Host
            ? new UriBuilder(next) { Scheme = Uri.UriSchemeHttps, Port = asked.Port }.Uri
            : next;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri location, long from, long count, bool ranged, CancellationToken cancellationToken)
    {
        var response = await transport.SendAsync(
            new RegistryRequest(method, registry, "")
            {
                Location = location,
                Scope = RegistryRequest.PushScope(repository),
                Retry = false,
                Content = () => Body(from, count, ranged),
            },
            cancellationToken).ConfigureAwait(false);
        if (!RegistryTransport.IsPassing(response.StatusCode))
        {
            return response;
        }

        using (response)
        {
            throw new IOException((await RegistryErrors.FromAsync(response.RequestMessage!, response, cancellationToken).ConfigureAwait(false)).Message);
        }
    }

    private HttpContent Body(long from, long count, bool ranged)
    {
        var source = count > 0 ? open() : Stream.Null;
        if (from > 0 && count > 0)
        {
            source.Position = from;
        }

        var sent = from;
        var content = new UploadContent(source, count, transport.Options.IdleTimeout, more => progress?.Invoke(sent += more));
        if (ranged)
        {
            // The distribution specification writes this header as "0-99", without the unit that HTTP has.
            content.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{from}-{from + count - 1}"));
        }

        return content;
    }

    private async Task CheckAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var error = await RegistryErrors.FromAsync(response.RequestMessage!, response, cancellationToken).ConfigureAwait(false);
        if (error.ErrorCode != "DIGEST_INVALID")
        {
            throw error;
        }

        var what = $"The registry {registry} got other bytes for the blob {blob.Digest} than its digest says; the store may be damaged.";
        throw new RegistryException(what, error)
        {
            StatusCode = error.StatusCode,
            ErrorCode = error.ErrorCode,
        };
    }

    private Uri WithDigest(Uri location)
    {
        var query = location.Query.TrimStart('?');
        return new UriBuilder(location) { Query = $"{query}{(query.Length > 0 ? "&" : "")}digest={Uri.EscapeDataString(blob.Digest.ToString())}" }.Uri;
    }

    // Range: 0-99
    private static long? RangeEnd(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Range", out var values) && !response.Content.Headers.TryGetValues("Range", out values))
        {
            return null;
        }

        var text = values.First();
        return long.TryParse(text.AsSpan(text.IndexOf('-', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var end)
            ? end
            : null;
    }
}
