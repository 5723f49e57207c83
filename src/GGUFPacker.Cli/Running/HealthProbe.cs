using System.Text.Json;

namespace GGUFPacker.Cli.Running;

/// <summary>
/// Waits until a server has loaded its model: llama-server answers GET /health with 503 until then, and with 200 and the status <c>ok</c> afterwards.
/// </summary>
internal static class HealthProbe
{
    private const int MaxAnswer = 64 * 1024;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Waits; ends when the server is ready or the token is cancelled.</summary>
    /// <param name="address">The server.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static async Task WaitAsync(Uri address, TimeProvider time, CancellationToken cancellationToken)
    {
        // The server is this machine's: no proxy lies between, and its certificate is whatever its owner made.
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        using var client = new HttpClient(handler) { Timeout = s_patience, MaxResponseContentBufferSize = MaxAnswer };
        var health = new Uri(address, "health");
        while (!await IsReadyAsync(client, health, cancellationToken).ConfigureAwait(false))
        {
            await Task.Delay(s_pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, Uri health, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(health, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode && SaysReady(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It took too long to answer: it is busy loading.
            return false;
        }
    }

    // ollama's runner answers 200 from the first moment and says the status as a number (0 ready, 1 no free slot) or as a sentence.
    private static bool SaysReady(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("status", out var status) || status.ValueKind switch
            {
                JsonValueKind.Number => status.TryGetInt32(out var number) && number is 0 or 1,
                JsonValueKind.String => status.GetString() is "ok" or "no slot available" || status.GetString()!.EndsWith("ready", StringComparison.Ordinal),
                _ => true,
            };
        }
        catch (JsonException)
        {
            return true;
        }
    }
}
