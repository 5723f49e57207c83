using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace GGUFPacker.Build.Sources.Http;

/// <summary>
/// Sends requests for files: follows redirects, gives credentials to their own origin alone, waits as it is told and tries again after passing failures.
/// </summary>
internal sealed class HttpFetcher : IDisposable
{
    private const int MaxRedirects = 10;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly HttpClient _http = Create(useProxy: true);
    private readonly HttpClient _local = Create(useProxy: false);

    public HttpFetcher(HttpOptions options) => Options = options;

    public HttpOptions Options { get; }

    /// <summary>Sends a request; the answer may have any status but those that a new try would change.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="prepare">Sets method, headers and body of each try's message; null for a plain GET.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="SourceException">There is no answer, or redirects lead nowhere.</exception>
    public async Task<HttpResponseMessage> SendAsync(Uri address, Action<HttpRequestMessage>? prepare, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var response = await SendOnceAsync(address, prepare, cancellationToken).ConfigureAwait(false);
                if (attempt >= Options.Retries || !IsPassing(response.StatusCode))
                {
                    return response;
                }

                var wait = WaitOf(response, attempt);
                response.Dispose();
                await Task.Delay(wait, Options.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is HttpRequestException || IsPassing(exception, cancellationToken))
            {
                if (attempt >= Options.Retries || !IsPassing(exception, cancellationToken))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    throw new SourceException($"{Shown(address)} cannot be reached: {exception.Message}", exception);
                }

                await Task.Delay(WaitOf(null, attempt), Options.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads a small answer as a whole.</summary>
    /// <exception cref="SourceException">It is too large, or breaks off again and again.</exception>
    public async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var document = new MemoryStream();
        var buffer = new byte[32 << 10];
        int read;
        while ((read = await ReadInTimeAsync(stream, buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            document.Write(buffer, 0, read);
            if (document.Length > Options.MaxDocumentBytes)
            {
                throw new SourceException($"{Shown(response.RequestMessage!.RequestUri!)} answered with more than {Options.MaxDocumentBytes} bytes.");
            }
        }

        return document.ToArray();
    }

    /// <summary>Reads from a body; a body that is silent for too long is a failure that may pass.</summary>
    /// <exception cref="TimeoutException">It was silent for too long.</exception>
    public async ValueTask<int> ReadInTimeAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Options.IdleTimeout);
        try
        {
            return await body.ReadAsync(buffer, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the connection was silent for {Options.IdleTimeout.TotalSeconds} seconds", exception);
        }
    }

    /// <summary>How long to wait before another try: what the server says, else longer each time.</summary>
    public TimeSpan WaitOf(HttpResponseMessage? response, int attempt)
    {
        var wait = response?.Headers.RetryAfter is { } after
            ? after.Delta ?? (after.Date - Options.Time.GetUtcNow())
            : response is null ? null
            : RateLimitOf(response);
        wait ??= Options.RetryDelay * Math.Pow(2, Math.Min(attempt, 6));
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait.Value;
    }

    /// <summary>Whether a failure to talk at all may pass.</summary>
    public static bool IsPassing(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && exception is HttpRequestException { HttpRequestError: not (HttpRequestError.SecureConnectionError or HttpRequestError.NameResolutionError) }
            or IOException or TimeoutException or OperationCanceledException;

    public static bool IsPassing(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>An address as messages show it: without a query, which may hold a signature, and without a user's name and password.</summary>
    public static string Shown(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.SafeUnescaped);

    public void Dispose()
    {
        _http.Dispose();
        _local.Dispose();
    }

    private async Task<HttpResponseMessage> SendOnceAsync(Uri address, Action<HttpRequestMessage>? prepare, CancellationToken cancellationToken)
    {
        for (var redirect = 0; ; redirect++)
        {
            var response = await SendMessageAsync(address, prepare, cancellationToken).ConfigureAwait(false);
            if (RedirectOf(response) is not { } target)
            {
                return response;
            }

            response.Dispose();
            var next = new Uri(address, target);
            if (next.Scheme is not ("http" or "https"))
            {
                throw new SourceException($"{Shown(address)} redirects to '{next.Scheme}:', which is no web address.");
            }

            if (redirect == MaxRedirects || (address.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps))
            {
                throw new SourceException(
                    redirect == MaxRedirects ? $"{Shown(address)} redirects in circles." : $"{Shown(address)} redirects to '{Shown(next)}', which has no TLS.");
            }

            address = next;
        }
    }

    private async Task<HttpResponseMessage> SendMessageAsync(Uri address, Action<HttpRequestMessage>? prepare, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, address);
        prepare?.Invoke(message);
        message.Headers.Authorization = Options.Authorization(address) ?? message.Headers.Authorization;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Options.IdleTimeout);
        try
        {
            return await (address.IsLoopback ? _local : _http)
                .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, timeout.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{address.Host} did not answer within {Options.IdleTimeout.TotalSeconds} seconds", exception);
        }
    }

    // RateLimit: "api";r=0;t=123 tells the seconds until there are requests again.
    private static TimeSpan? RateLimitOf(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("RateLimit", out var values))
        {
            return null;
        }

        var seconds = string.Join(';', values)
            .Split(';', StringSplitOptions.TrimEntries)
            .FirstOrDefault(part => part.StartsWith("t=", StringComparison.Ordinal));
        return double.TryParse(seconds?[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var wait) ? TimeSpan.FromSeconds(wait) : null;
    }

    private static Uri? RedirectOf(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect ? response.Headers.Location : null;

    private static HttpClient Create(bool useProxy)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseProxy = useProxy,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("gguf-packer", typeof(HttpFetcher).Assembly.GetName().Version?.ToString(3)));
        return client;
    }
}
