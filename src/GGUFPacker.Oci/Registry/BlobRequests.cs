using System.Net;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Registry;

/// <summary>The distribution specification's requests for blobs that are there.</summary>
public sealed class BlobRequests
{
    private readonly RegistryTransport _transport;

    internal BlobRequests(RegistryTransport transport) => _transport = transport;

    /// <summary>Whether a repository has a blob.</summary>
    public async Task<bool> ExistsAsync(RegistryName registry, string repository, Digest digest, CancellationToken cancellationToken)
    {
        var request = Request(HttpMethod.Head, registry, repository, digest);
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => false,
            _ when response.IsSuccessStatusCode => true,
            _ => throw await RegistryErrors.FromAsync(response.RequestMessage!, response, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Fetches a small blob; its digest is verified.</summary>
    public async Task<byte[]> GetAsync(RegistryName registry, string repository, Descriptor blob, CancellationToken cancellationToken)
    {
        if (blob.Size > JsonMembers.MaxConfigSize)
        {
            throw new RegistryException($"The blob {blob.Digest} has {blob.Size} bytes; more than {JsonMembers.MaxConfigSize} are not read into memory.");
        }

        var bytes = new byte[blob.Size];
        var stream = Open(registry, repository, blob);
        await using (stream.ConfigureAwait(false))
        {
            await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        }

        return Digest.Of(bytes) == blob.Digest
            ? bytes
            : throw new RegistryException($"The registry gave other bytes for the blob {blob.Digest}: theirs are {Digest.Of(bytes)}.");
    }

    /// <summary>
    /// Streams a blob. A connection that breaks is made again and the blob is read on from where it stopped. The stream ends after the descriptor's size; its
    /// digest is the reader's to verify.
    /// </summary>
    /// <param name="registry">The registry.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="offset">The first byte wanted.</param>
    public BlobStream Open(RegistryName registry, string repository, Descriptor blob, long offset = 0) =>
        new(_transport, Request(HttpMethod.Get, registry, repository, blob.Digest) with { Retry = false }, blob, offset);

    /// <summary>Reads a stretch of a blob into memory. Its bytes cannot be verified: the digest is of the whole blob.</summary>
    /// <returns>Whether the registry gives ranges; if not, nothing is read.</returns>
    internal async Task<bool> ReadRangeAsync(
        RegistryName registry, string repository, Descriptor blob, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var stream = OpenRange(registry, repository, blob, offset, buffer.Length);
        await using (stream.ConfigureAwait(false))
        {
            var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return !stream.LacksRanges && read == buffer.Length;
        }
    }

    /// <summary>Streams a stretch of a blob; see <see cref="BlobStream.LacksRanges"/>.</summary>
    internal BlobStream OpenRange(RegistryName registry, string repository, Descriptor blob, long offset, long length) =>
        new(_transport, Request(HttpMethod.Get, registry, repository, blob.Digest) with { Retry = false }, blob, offset, length);

    private static RegistryRequest Request(HttpMethod method, RegistryName registry, string repository, Digest digest) =>
        new(method, registry, $"/v2/{repository}/blobs/{digest}")
        {
            Scope = RegistryRequest.PullScope(repository),
            FollowRedirects = true,
        };
}
