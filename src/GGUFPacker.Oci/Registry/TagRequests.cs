using System.Text.Json;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Registry;

/// <summary>The distribution specification's requests for lists of tags.</summary>
public sealed class TagRequests
{
    private const int MaxPage = 8 << 20;
    private const int MaxPages = 10_000;

    private readonly RegistryTransport _transport;

    internal TagRequests(RegistryTransport transport) => _transport = transport;

    /// <summary>The tags of a repository, in the registry's order.</summary>
    /// <exception cref="RegistryException">There is no such repository.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(RegistryName registry, string repository, CancellationToken cancellationToken)
    {
        var tags = new List<string>();
        string? path = $"/v2/{repository}/tags/list?n=1000";
        for (var page = 0; path is not null && page < MaxPages; page++)
        {
            var request = new RegistryRequest(HttpMethod.Get, registry, path) { Scope = RegistryRequest.PullScope(repository) };
            using var response = await _transport.SendCheckedAsync(request, cancellationToken).ConfigureAwait(false);
            try
            {
                using var json = JsonDocument.Parse(await RegistryErrors.ReadLimitedAsync(response, MaxPage, cancellationToken).ConfigureAwait(false));
                if (json.RootElement.TryGetProperty("tags", out var list) && list.ValueKind == JsonValueKind.Array)
                {
                    tags.AddRange(list.EnumerateArray().Select(t => t.GetString()).OfType<string>());
                }
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                throw new RegistryException($"The registry's list of tags of {registry}/{repository} is no JSON: {exception.Message}", exception);
            }

            path = NextOf(response);
        }

        return tags;
    }

    // Link: </v2/a/tags/list?last=x&n=1000>; rel="next"
    private static string? NextOf(HttpResponseMessage response)
    {
        var link = response.Headers.TryGetValues("Link", out var values)
            ? values.FirstOrDefault(v => v.Contains("rel=\"next\"", StringComparison.Ordinal))
            : null;
        var start = link?.IndexOf('<', StringComparison.Ordinal) ?? -1;
        var end = link?.IndexOf('>', StringComparison.Ordinal) ?? -1;
        if (start < 0 || end <= start)
        {
            return null;
        }

        // Only path and query are taken: the list goes on where it began.
        return new Uri(response.RequestMessage!.RequestUri!, link![(start + 1)..end]).PathAndQuery;
    }
}
