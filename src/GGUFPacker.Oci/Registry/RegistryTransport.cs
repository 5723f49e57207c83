using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry.Authentication;

namespace GGUFPacker.Oci.Registry;

/// <summary>
/// Sends requests: finds out how a registry is reached, meets its challenges, follows redirects without credentials, tries again after passing failures.
/// </summary>
internal sealed class RegistryTransport : IDisposable
{
    private const int MaxRedirects = 5;

    private readonly HttpClient _http;
    private readonly HttpClient _local;
    private readonly ConcurrentDictionary<RegistryName, Lazy<Task<RegistryEndpoint>>> _endpoints = new();

    public RegistryTransport(RegistryOptions options)
    {
        Options = options;
        _http = CreateClient(options, useProxy: true);
        _local = CreateClient(options, useProxy: false);
    }

    public RegistryOptions Options { get; }

    /// <summary>How the registry is reached; found out once.</summary>
    /// <exception cref="RegistryException">There is no registry.</exception>
    public async Task<RegistryEndpoint> ConnectAsync(RegistryName registry, CancellationToken cancellationToken)
    {
        var connecting = _endpoints.GetOrAdd(
            registry, name => new Lazy<Task<RegistryEndpoint>>(() => RegistryEndpoint.FindAsync(name, name.IsLoopback ? _local : _http, Options)));
        try
        {
            return await connecting.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The next request finds out anew.
            _endpoints.TryRemove(new(registry, connecting));
            throw;
        }
    }

    /// <summary>Sends a request; the answer may have any status but those that a new try would change.</summary>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var response = await SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
                if (!request.Retry || attempt >= Options.Retries || !IsPassing(response.StatusCode))
                {
                    return response;
                }

                var wait = WaitOf(response, attempt);
                response.Dispose();
                await Task.Delay(wait, Options.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (request.Retry && IsPassing(exception, cancellationToken))
            {
                if (attempt >= Options.Retries)
                {
                    throw Unreachable(request.Registry, exception);
                }

                await Task.Delay(WaitOf(null, attempt), Options.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Sends a request and accepts success only.</summary>
    public async Task<HttpResponseMessage> SendCheckedAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await RegistryErrors.FromAsync(response.RequestMessage!, response, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>How long to wait before another try: what the registry says, else longer each time.</summary>
    public TimeSpan WaitOf(HttpResponseMessage? response, int attempt)
    {
        if (response?.Headers.RetryAfter is { } after)
        {
            var wait = after.Delta ?? (after.Date - Options.Time.GetUtcNow()) ?? TimeSpan.Zero;
            return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > TimeSpan.FromMinutes(2) ? TimeSpan.FromMinutes(2) : wait;
        }

        return Options.RetryDelay * Math.Pow(2, Math.Min(attempt, 6));
    }

    /// <summary>Whether a failure to talk at all may pass.</summary>
    public static bool IsPassing(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && exception is HttpRequestException { HttpRequestError: not HttpRequestError.SecureConnectionError }
            or IOException or TimeoutException or OperationCanceledException;

    public static bool IsPassing(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    public static RegistryException Unreachable(RegistryName registry, Exception exception) =>
        new($"The registry {registry} cannot be reached: {exception.Message}", exception);

    public void Dispose()
    {
        _http.Dispose();
        _local.Dispose();
    }

    private async Task<HttpResponseMessage> SendOnceAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        var endpoint = await ConnectAsync(request.Registry, cancellationToken).ConfigureAwait(false);
        var uri = request.Location ?? new Uri(endpoint.Base, request.Path);
        var response = await SendAuthorizedAsync(request, endpoint, uri, cancellationToken).ConfigureAwait(false);
        for (var redirect = 0; request.FollowRedirects && RedirectOf(response) is { } target; redirect++)
        {
            var next = new Uri(response.RequestMessage!.RequestUri!, target);
            response.Dispose();
            if (redirect == MaxRedirects || (endpoint.IsSecure && next.Scheme != Uri.UriSchemeHttps))
            {
                var where = redirect == MaxRedirects ? "in circles" : $"to '{next.GetLeftPart(UriPartial.Path)}', which has no TLS";
                throw new RegistryException($"The registry {request.Registry} redirects {where}.");
            }

            response = endpoint.IsSameOrigin(next)
                ? await SendAuthorizedAsync(request, endpoint, next, cancellationToken).ConfigureAwait(false)
                : await SendPlainAsync(request, next, null, cancellationToken).ConfigureAwait(false);
        }

        return response;
    }

    // With the registry's credential, which goes to the registry alone; a refused token is renewed once.
    private async Task<HttpResponseMessage> SendAuthorizedAsync(
        RegistryRequest request, RegistryEndpoint endpoint, Uri uri, CancellationToken cancellationToken)
    {
        if (!endpoint.IsSameOrigin(uri))
        {
            return await SendPlainAsync(request, uri, null, cancellationToken).ConfigureAwait(false);
        }

        var header = await endpoint.Authenticator.HeaderAsync(request.Scope, endpoint.IsSecure, cancellationToken).ConfigureAwait(false);
        var response = await SendPlainAsync(request, uri, header, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
        {
            return response;
        }

        endpoint.Authenticator.Learn(AuthenticationChallenge.Find(response.Headers));
        endpoint.Authenticator.Forget(request.Scope, header);
        var renewed = await endpoint.Authenticator.HeaderAsync(request.Scope, endpoint.IsSecure, cancellationToken).ConfigureAwait(false);
        if (renewed is null || renewed.Equals(header))
        {
            using (response)
            {
                var what = request.Scope.Length > 0 ? $" to {request.Scope}" : "";
                var why = header is null ? "no credential for it was found" : "the credential is not accepted";
                throw new RegistryException($"The registry {request.Registry} refuses access{what}: {why}.")
                {
                    StatusCode = response.StatusCode,
                };
            }
        }

        response.Dispose();
        return await SendPlainAsync(request, uri, renewed, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendPlainAsync(
        RegistryRequest request, Uri uri, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        var response = await SendMessageAsync(request, uri, authorization, asksFirst: true, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.ExpectationFailed)
        {
            return response;
        }

        // Some proxies do not know the question.
        response.Dispose();
        return await SendMessageAsync(request, uri, authorization, asksFirst: false, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendMessageAsync(
        RegistryRequest request, Uri uri, AuthenticationHeaderValue? authorization, bool asksFirst, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(request.Method, uri) { Content = request.Content?.Invoke() };
        message.Headers.Authorization = authorization;
        if (asksFirst && message.Content is UploadContent { IsLarge: true })
        {
            // A registry that refuses (401, 413) says so before gigabytes have gone out, not by breaking the connection.
            message.Headers.ExpectContinue = true;
        }

        foreach (var mediaType in request.Accept)
        {
            message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(mediaType));
        }

        if (request.RangeFrom > 0 || request.RangeEnd is not null)
        {
            message.Headers.Range = new RangeHeaderValue(request.RangeFrom, request.RangeEnd - 1);
        }

        // A body takes as long as it takes; its own stream watches over it. An answer's header may not.
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (message.Content is null)
        {
            timeout.CancelAfter(Options.IdleTimeout);
        }

        try
        {
            return await (uri.IsLoopback ? _local : _http).SendAsync(message, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{uri.Host} did not answer within {Options.IdleTimeout.TotalSeconds} seconds.", exception);
        }
    }

    private static Uri? RedirectOf(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect ? response.Headers.Location : null;

    private static HttpClient CreateClient(RegistryOptions options, bool useProxy)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseProxy = useProxy,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            InitialHttp2StreamWindowSize = 1 << 20,
            Expect100ContinueTimeout = TimeSpan.FromSeconds(2),
        };
        if (options.Insecure)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true };
        }

        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(
            new ProductInfoHeaderValue("gguf-packer", typeof(RegistryTransport).Assembly.GetName().Version?.ToString(3)));
        return client;
    }
}
