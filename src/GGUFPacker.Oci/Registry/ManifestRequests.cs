using System.Net;
using System.Net.Http.Headers;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Registry;

/// <summary>The distribution specification's requests for manifests and indexes.</summary>
public sealed class ManifestRequests
{
    private const string DigestHeader = "Docker-Content-Digest";

    private readonly RegistryTransport _transport;

    internal ManifestRequests(RegistryTransport transport) => _transport = transport;

    /// <summary>Fetches a manifest or index by digest or tag.</summary>
    /// <exception cref="RegistryException">It is not there, or its bytes are not those of its digest.</exception>
    public async Task<FetchedManifest> GetAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        using var response = await _transport.SendAsync(Request(HttpMethod.Get, reference), cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw await RefusedAsync(reference, response, cancellationToken).ConfigureAwait(false);
        }

        var bytes = await RegistryErrors.ReadLimitedAsync(response, JsonMembers.MaxManifestSize, cancellationToken).ConfigureAwait(false);
        var digest = Digest.Of(bytes);
        var expected = !reference.Digest.IsEmpty ? reference.Digest.ToString() : DigestOf(response);
        if (expected is not null && expected.StartsWith("sha256:", StringComparison.Ordinal) && expected != digest.ToString())
        {
            throw new RegistryException($"The registry gave a manifest of {reference} with the digest {digest} instead of {expected}.");
        }

        // What the manifest says of itself is covered by the digest; the header is not.
        var mediaType = ManifestJson.DetectMediaType(bytes);
        return new FetchedManifest(new Descriptor(mediaType, digest, bytes.Length), bytes);
    }

    /// <summary>Asks what a digest or tag stands for.</summary>
    /// <returns>Null if it is not there.</returns>
    public async Task<Descriptor?> FindAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        using var response = await _transport.SendAsync(Request(HttpMethod.Head, reference), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        if (!response.IsSuccessStatusCode)
        {
            throw await RefusedAsync(reference, response, cancellationToken).ConfigureAwait(false);
        }

        // Some registries leave the digest out of the answer to HEAD.
        return Digest.TryParse(DigestOf(response), out var digest) && response.Content.Headers.ContentLength is { } length
            ? new Descriptor(response.Content.Headers.ContentType?.MediaType ?? "", digest, length)
            : (await GetAsync(reference, cancellationToken).ConfigureAwait(false)).Descriptor;
    }

    /// <summary>Puts a manifest or index under a digest or tag; its blobs must be there already.</summary>
    /// <exception cref="RegistryException">The registry refuses it, or took it for something else.</exception>
    public async Task PutAsync(ImageReference reference, string mediaType, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var request = Request(HttpMethod.Put, reference) with
        {
            Scope = RegistryRequest.PushScope(reference.Repository),
            Accept = [],
            FollowRedirects = false,
            Content = () =>
            {
                var content = new ReadOnlyMemoryContent(bytes);
                content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
                return content;
            },
        };
        using var response = await _transport.SendCheckedAsync(request, cancellationToken).ConfigureAwait(false);
        var digest = Digest.Of(bytes.Span).ToString();
        if (DigestOf(response) is { } answered && answered.StartsWith("sha256:", StringComparison.Ordinal) && answered != digest)
        {
            throw new RegistryException($"The registry took the manifest of {reference} for {answered}; it is {digest}.");
        }
    }

    /// <summary>Gives a manifest or index another tag in its repository, without moving a blob.</summary>
    /// <returns>What has the tag now.</returns>
    /// <exception cref="RegistryException">It is not there, or the registry refuses.</exception>
    public async Task<Descriptor> RetagAsync(ImageReference reference, string tag, CancellationToken cancellationToken)
    {
        var fetched = await GetAsync(reference, cancellationToken).ConfigureAwait(false);
        await PutAsync(reference.WithTag(tag), fetched.Descriptor.MediaType, fetched.Bytes, cancellationToken).ConfigureAwait(false);
        return fetched.Descriptor;
    }

    private static RegistryRequest Request(HttpMethod method, ImageReference reference) =>
        new(method, reference.Registry, $"/v2/{reference.Repository}/manifests/{reference.ManifestName}")
        {
            Scope = RegistryRequest.PullScope(reference.Repository),
            Accept = MediaTypes.Manifests,
            FollowRedirects = true,
        };

    private static string? DigestOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(DigestHeader, out var values) ? values.FirstOrDefault() : null;

    private static async Task<RegistryException> RefusedAsync(ImageReference reference, HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.StatusCode == HttpStatusCode.NotFound
            ? new RegistryException($"The registry has no image {reference}.") { StatusCode = response.StatusCode, ErrorCode = "MANIFEST_UNKNOWN" }
            : await RegistryErrors.FromAsync(response.RequestMessage!, response, cancellationToken).ConfigureAwait(false);
}
