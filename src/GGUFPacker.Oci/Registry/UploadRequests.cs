using System.Net;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Registry;

/// <summary>
/// The distribution specification's requests for bringing blobs: a mount where another repository of the registry has it, else the whole blob in one request
/// (GHCR, GAR and GCR want no other),
/// in pieces only where a registry or a proxy before it refuses so large a body. An upload that breaks goes on where the registry says it stopped, or begins
/// again.
/// </summary>
public sealed class UploadRequests
{
    private readonly RegistryTransport _transport;

    internal UploadRequests(RegistryTransport transport) => _transport = transport;

    /// <summary>Lets a repository have a blob of another repository of the same registry.</summary>
    /// <returns>Whether it has it now; if not, it has to be uploaded.</returns>
    public async Task<bool> MountAsync(RegistryName registry, string repository, Digest digest, string fromRepository, CancellationToken cancellationToken)
    {
        var query = $"mount={Uri.EscapeDataString(digest.ToString())}&from={Uri.EscapeDataString(fromRepository)}";
        var request = new RegistryRequest(HttpMethod.Post, registry, $"/v2/{repository}/blobs/uploads/?{query}")
        {
            Scope = $"{RegistryRequest.PushScope(repository)} {RegistryRequest.PullScope(fromRepository)}",
        };
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Accepted && response.Headers.Location is { } location)
        {
            // An upload has begun instead; it is not this one's to end.
            await CancelAsync(registry, repository, new Uri(response.RequestMessage!.RequestUri!, location), cancellationToken).ConfigureAwait(false);
        }

        return response.StatusCode == HttpStatusCode.Created;
    }

    /// <summary>Uploads a blob.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="blob">The blob's descriptor.</param>
    /// <param name="open">Opens the blob; called again for each new try. The stream can seek.</param>
    /// <param name="progress">Told how many bytes of the blob are there; may go back when an upload begins again.</param>
    /// <param name="cancellationToken">Stops the upload.</param>
    /// <exception cref="RegistryException">The registry refuses the blob or cannot be reached.</exception>
    public async Task UploadAsync(
        RegistryName registry, string repository, Descriptor blob, Func<Stream> open, Action<long>? progress, CancellationToken cancellationToken)
    {
        var upload = new BlobUpload(_transport, registry, repository, blob, open, progress);
        var failures = 0;
        while (true)
        {
            var before = upload.Offset;
            try
            {
                await upload.RunAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (RegistryTransport.IsPassing(exception, cancellationToken))
            {
                await upload.RecoverAsync(cancellationToken).ConfigureAwait(false);
                failures = upload.Offset > before ? 1 : failures + 1;
                if (failures > _transport.Options.Retries)
                {
                    throw new RegistryException($"The blob {blob.Digest} could not be uploaded to {registry}/{repository}: {exception.Message}", exception);
                }

                await Task.Delay(_transport.WaitOf(null, failures - 1), _transport.Options.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task CancelAsync(RegistryName registry, string repository, Uri location, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Delete, registry, "")
        {
            Location = location,
            Scope = RegistryRequest.PushScope(repository),
            Retry = false,
        };
        try
        {
            using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException)
        {
            // An abandoned upload is the registry's to clean up.
        }
    }
}
