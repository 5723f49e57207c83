using System.Text.Json;

namespace GGUFPacker.Oci.Registry;

/// <summary>What registries say when they refuse.</summary>
internal static class RegistryErrors
{
    private const int MaxErrorBody = 64 << 10;

    /// <summary>The exception for an answer that is no success; it quotes the registry's own words.</summary>
    public static async Task<RegistryException> FromAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string? code = null, message = null;
        try
        {
            using var json = JsonDocument.Parse(await ReadLimitedAsync(response, MaxErrorBody, cancellationToken).ConfigureAwait(false));
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("errors", out var errors)
                && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0 && errors[0].ValueKind == JsonValueKind.Object)
            {
                code = Text(errors[0], "code");
                message = Text(errors[0], "message");
            }
        }
        catch (Exception exception) when (exception is JsonException or IOException or HttpRequestException or RegistryException)
        {
            // The body is no error document, as with proxies: the status has to do.
        }

        var said = message is { Length: > 0 } ? $"{message}{(code is null ? "" : $" ({code})")}" : code ?? response.ReasonPhrase ?? "";
        var uri = request.RequestUri!;
        return new RegistryException($"{request.Method} {uri.GetLeftPart(UriPartial.Path)} answered {(int)response.StatusCode}: {said}")
        {
            StatusCode = response.StatusCode,
            ErrorCode = code,
        };
    }

    /// <summary>The body of an answer that has to be small.</summary>
    public static async Task<byte[]> ReadLimitedAsync(HttpResponseMessage response, long limit, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[16 << 10];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (body.Length + read > limit)
                {
                    throw new RegistryException($"{response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Path)} answered with more than {limit} bytes.")
                    {
                        StatusCode = response.StatusCode,
                    };
                }

                body.Write(buffer, 0, read);
            }
        }

        return body.ToArray();
    }

    private static string? Text(JsonElement error, string name) =>
        error.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
