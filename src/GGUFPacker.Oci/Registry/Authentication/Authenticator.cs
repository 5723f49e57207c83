using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Registry.Authentication;

/// <summary>
/// Meets one registry's challenges: Basic, or a token from the service that the registry names. A credential goes to the registry it is for and to the token
/// service that it names, nowhere else,
/// and never over plain HTTP to another machine.
/// </summary>
internal sealed class Authenticator(RegistryName registry, HttpClient http, RegistryOptions options)
{
    private const int MaxTokenResponse = 1 << 20;

    // The specification's default where a service does not say; tokens are renewed a little before they end.
    private static readonly TimeSpan s_defaultLifetime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (string Token, DateTimeOffset Expires)> _tokens = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1);
    private AuthenticationChallenge? _challenge;
    private RegistryCredential? _credential;
    private bool _credentialKnown;

    /// <summary>Remembers what the registry asks for.</summary>
    public void Learn(AuthenticationChallenge? challenge) => _challenge = challenge ?? _challenge;

    /// <summary>Forgets the token of a scope that the registry has refused, unless another request has renewed it meanwhile.</summary>
    public void Forget(string scope, AuthenticationHeaderValue? refused)
    {
        if (_tokens.TryGetValue(scope, out var token) && token.Token == refused?.Parameter)
        {
            _tokens.TryRemove(new(scope, token));
        }
    }

    /// <summary>The header that gives access to a scope; null if the registry asks for none or nothing is known that would help.</summary>
    public async Task<AuthenticationHeaderValue?> HeaderAsync(string scope, bool secure, CancellationToken cancellationToken)
    {
        if (_challenge is not { } challenge)
        {
            return null;
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!challenge.IsBearer)
            {
                var credential = await CredentialAsync(secure, cancellationToken).ConfigureAwait(false);
                return credential is null ? null : Basic(credential);
            }

            if (!_tokens.TryGetValue(scope, out var token) || token.Expires - s_margin < options.Time.GetUtcNow())
            {
                token = await FetchTokenAsync(challenge, scope, secure, cancellationToken).ConfigureAwait(false);
                _tokens[scope] = token;
            }

            return new AuthenticationHeaderValue("Bearer", token.Token);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<RegistryCredential?> CredentialAsync(bool secure, CancellationToken cancellationToken)
    {
        if (!_credentialKnown)
        {
            _credential = options.Credentials is null ? null : await options.Credentials(registry, cancellationToken).ConfigureAwait(false);
            _credentialKnown = true;
        }

        return _credential is null || secure || registry.IsLoopback || options.Insecure ? _credential
            : throw new RegistryException($"The credential for {registry} is not sent over plain HTTP.");
    }

    private async Task<(string Token, DateTimeOffset Expires)> FetchTokenAsync(
        AuthenticationChallenge challenge, string scope, bool secure, CancellationToken cancellationToken)
    {
        var realm = challenge.Realm!;
        if (secure && realm.Scheme != Uri.UriSchemeHttps)
        {
            throw new RegistryException($"The registry {registry} names a token service without TLS, '{realm}'; it is not used.");
        }

        var credential = await CredentialAsync(secure, cancellationToken).ConfigureAwait(false);
        using var request = credential is { IsIdentityToken: true }
            ? OAuthRequest(realm, challenge, scope, credential)
            : TokenRequest(realm, challenge, scope, credential);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new RegistryException(credential is null
                ? $"The registry {registry} wants a login: no credential for it was found."
                : $"The registry {registry} does not accept the credential ({credential}).")
            {
                StatusCode = response.StatusCode,
            };
        }

        if (!response.IsSuccessStatusCode)
        {
            throw await RegistryErrors.FromAsync(request, response, cancellationToken).ConfigureAwait(false);
        }

        return Parse(await RegistryErrors.ReadLimitedAsync(response, MaxTokenResponse, cancellationToken).ConfigureAwait(false), realm);
    }

    private (string Token, DateTimeOffset Expires) Parse(byte[] body, Uri realm)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            var token = Text("token") ?? Text("access_token") ?? throw new RegistryException($"The token service '{realm}' gave no token.");
            var lifetime = root.TryGetProperty("expires_in", out var expires) && expires.TryGetInt32(out var seconds) && seconds > 0
                ? TimeSpan.FromSeconds(seconds)
                : s_defaultLifetime;
            return (token, options.Time.GetUtcNow() + lifetime);

            string? Text(string name) => JsonMembers.Text(root, name) is { Length: > 0 } text ? text : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ContentException)
        {
            throw new RegistryException($"The token service '{realm}' gave no JSON: {exception.Message}", exception);
        }
    }

    private static HttpRequestMessage TokenRequest(Uri realm, AuthenticationChallenge challenge, string scope, RegistryCredential? credential)
    {
        var query = new StringBuilder(realm.Query.TrimStart('?'));
        Append("service", challenge.Service);
        foreach (var one in scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Append("scope", one);
        }

        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = query.ToString() }.Uri);
        if (credential is not null)
        {
            request.Headers.Authorization = Basic(credential);
        }

        return request;

        void Append(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                query.Append(CultureInfo.InvariantCulture, $"{(query.Length > 0 ? "&" : "")}{name}={Uri.EscapeDataString(value)}");
            }
        }
    }

    private static HttpRequestMessage OAuthRequest(Uri realm, AuthenticationChallenge challenge, string scope, RegistryCredential credential) =>
        new(HttpMethod.Post, realm)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "refresh_token",
                ["service"] = challenge.Service ?? "",
                ["scope"] = scope,
                ["client_id"] = "gguf-packer",
                ["refresh_token"] = credential.Secret,
            }),
        };

    private static AuthenticationHeaderValue Basic(RegistryCredential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.User}:{credential.Secret}")));
}
