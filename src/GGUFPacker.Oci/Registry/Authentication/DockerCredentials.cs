using System.Text;
using System.Text.Json;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Registry.Authentication;

/// <summary>
/// The credentials that <c>docker login</c> and <c>podman login</c> keep: Docker's <c>config.json</c> (in <c>DOCKER_CONFIG</c> or <c>~/.docker</c>) with its
/// credential helpers, then <c>REGISTRY_AUTH_FILE</c> and Podman's <c>auth.json</c>.
/// </summary>
public sealed class DockerCredentials
{
    private const int MaxFileSize = 4 << 20;

    private static readonly JsonDocumentOptions s_lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private readonly IReadOnlyList<string> _files;
    private readonly Func<string, string, CancellationToken, Task<string?>> _runHelper;

    /// <summary>Creates the source.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="home">The user's home.</param>
    public DockerCredentials(Func<string, string?> environment, string home)
        : this(environment, home, (name, key, token) => CredentialHelper.GetAsync(name, key, environment("PATH"), token))
    {
    }

    internal DockerCredentials(Func<string, string?> environment, string home, Func<string, string, CancellationToken, Task<string?>> runHelper)
    {
        _runHelper = runHelper;
        var docker = environment("DOCKER_CONFIG") is { Length: > 0 } directory ? directory : Path.Combine(home, ".docker");
        var files = new List<string> { Path.Combine(docker, "config.json") };
        if (environment("REGISTRY_AUTH_FILE") is { Length: > 0 } file)
        {
            files.Add(file);
        }

        if (environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime)
        {
            files.Add(Path.Combine(runtime, "containers", "auth.json"));
        }

        files.Add(Path.Combine(home, ".config", "containers", "auth.json"));
        _files = files;
    }

    /// <summary>The credential for a registry.</summary>
    /// <returns>Null if nobody logged in.</returns>
    /// <exception cref="RegistryException">A file cannot be understood or a credential helper failed.</exception>
    public async ValueTask<RegistryCredential?> FindAsync(RegistryName registry, CancellationToken cancellationToken)
    {
        foreach (var file in _files.Where(File.Exists))
        {
            if (new FileInfo(file).Length > MaxFileSize)
            {
                throw new RegistryException($"The credential file '{file}' is larger than {MaxFileSize} bytes.");
            }

            try
            {
                using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false), s_lenient);
                if (await FindAsync(json.RootElement, registry, cancellationToken).ConfigureAwait(false) is { } credential)
                {
                    return credential;
                }
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
            {
                throw new RegistryException($"The credential file '{file}' cannot be understood: {exception.Message}", exception);
            }
        }

        return null;
    }

    private async Task<RegistryCredential?> FindAsync(JsonElement config, RegistryName registry, CancellationToken cancellationToken)
    {
        if (config.TryGetProperty("credHelpers", out var helpers)
            && helpers.EnumerateObject().FirstOrDefault(h => IsFor(h.Name, registry)) is { Value.ValueKind: JsonValueKind.String } helper)
        {
            return await AskAsync(helper.Value.GetString()!, registry, cancellationToken).ConfigureAwait(false);
        }

        var hasEntry = config.TryGetProperty("auths", out var auths) && auths.ValueKind == JsonValueKind.Object;
        var entry = hasEntry ? auths.EnumerateObject().FirstOrDefault(a => IsFor(a.Name, registry)).Value : default;
        if (entry.ValueKind == JsonValueKind.Object && Read(entry) is { } credential)
        {
            return credential;
        }

        return config.TryGetProperty("credsStore", out var store) && store.GetString() is { Length: > 0 } name
            ? await AskAsync(name, registry, cancellationToken).ConfigureAwait(false)
            : null;
    }

    private static RegistryCredential? Read(JsonElement entry)
    {
        var user = Text("username");
        var password = Text("password");
        if (Text("auth") is { } auth)
        {
            var decoded = Encoding.UTF8.GetString(Convert.FromBase64String(auth)).TrimEnd('\0');
            var colon = decoded.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                throw new FormatException("an 'auth' is not the base64 of user:password.");
            }

            (user, password) = (decoded[..colon], decoded[(colon + 1)..]);
        }

        return Text("identitytoken") is { } token ? new RegistryCredential("", token) { IsIdentityToken = true }
            : user is not null && password is not null ? new RegistryCredential(user, password)
            : null;

        string? Text(string name) => entry.TryGetProperty(name, out var member) && member.GetString() is { Length: > 0 } text ? text : null;
    }

    private async Task<RegistryCredential?> AskAsync(string helper, RegistryName registry, CancellationToken cancellationToken)
    {
        var key = registry == RegistryName.DockerHub ? "https://index.docker.io/v1/" : registry.Name;
        if (await _runHelper(helper, key, cancellationToken).ConfigureAwait(false) is not { } answer)
        {
            return null;
        }

        using var json = JsonDocument.Parse(answer);
        var user = json.RootElement.GetProperty("Username").GetString() ?? "";
        var secret = json.RootElement.GetProperty("Secret").GetString() ?? "";
        return user == "<token>" ? new RegistryCredential("", secret) { IsIdentityToken = true } : new RegistryCredential(user, secret);
    }

    // Keys are hosts, with or without scheme and path; Docker Hub goes by three names.
    private static bool IsFor(string key, RegistryName registry)
    {
        var host = key.Contains("://", StringComparison.Ordinal) ? key[(key.IndexOf("://", StringComparison.Ordinal) + 3)..] : key;
        var slash = host.IndexOf('/', StringComparison.Ordinal);
        host = slash >= 0 ? host[..slash] : host;
        return host.Equals(registry.Name, StringComparison.OrdinalIgnoreCase) || (registry == RegistryName.DockerHub
            && (host is "index.docker.io" or "registry-1.docker.io"));
    }
}
