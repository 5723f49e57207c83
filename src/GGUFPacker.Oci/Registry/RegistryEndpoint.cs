using System.Net;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry.Authentication;

namespace GGUFPacker.Oci.Registry;

/// <summary>Where a registry answers, and how it wants to be spoken to.</summary>
internal sealed class RegistryEndpoint
{
    private RegistryEndpoint(Uri root, Authenticator authenticator) => (Base, Authenticator) = (root, authenticator);

    /// <summary>The root of its API.</summary>
    public Uri Base { get; }

    public Authenticator Authenticator { get; }

    public bool IsSecure => Base.Scheme == Uri.UriSchemeHttps;

    /// <summary>Asks <c>/v2/</c>: over HTTPS, on this machine over HTTP first, and the other way too where that is allowed.</summary>
    public static async Task<RegistryEndpoint> FindAsync(RegistryName registry, HttpClient http, RegistryOptions options)
    {
        string[] schemes = registry.IsLoopback ? ["http", "https"] : options.Insecure ? ["https", "http"] : ["https"];
        for (var attempt = 0; ; attempt++)
        {
            Exception? failure = null;
            foreach (var scheme in schemes)
            {
                try
                {
                    return await AskAsync(registry, new Uri($"{scheme}://{registry.ApiHost}/"), http, options).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
                {
                    failure ??= exception;
                }
            }

            if (attempt >= Math.Min(options.Retries, 2) || !RegistryTransport.IsPassing(failure!, CancellationToken.None))
            {
                throw RegistryTransport.Unreachable(registry, failure!);
            }

            await Task.Delay(options.RetryDelay * Math.Pow(2, Math.Min(attempt, 6)), options.Time).ConfigureAwait(false);
        }
    }

    public bool IsSameOrigin(Uri uri) => uri.Scheme == Base.Scheme && uri.Port == Base.Port && uri.Host.Equals(Base.Host, StringComparison.OrdinalIgnoreCase);

    private static async Task<RegistryEndpoint> AskAsync(RegistryName registry, Uri root, HttpClient http, RegistryOptions options)
    {
        using var timeout = new CancellationTokenSource(options.IdleTimeout);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root, "/v2/"));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
        var endpoint = new RegistryEndpoint(root, new Authenticator(registry, http, options));
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            endpoint.Authenticator.Learn(AuthenticationChallenge.Find(response.Headers));
            return endpoint;
        }

        if (response.IsSuccessStatusCode || RegistryTransport.IsPassing(response.StatusCode) || response.StatusCode == HttpStatusCode.Forbidden)
        {
            return endpoint;
        }

        throw new RegistryException($"{registry} is no registry: {request.RequestUri} answered {(int)response.StatusCode}.")
        {
            StatusCode = response.StatusCode,
        };
    }
}
