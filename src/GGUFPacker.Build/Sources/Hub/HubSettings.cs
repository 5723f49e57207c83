namespace GGUFPacker.Build.Sources.Hub;

/// <summary>How the hub is reached: the environment variables that its own tools read.</summary>
internal sealed record HubSettings
{
    /// <summary>The hub, or a mirror: <c>HF_ENDPOINT</c>.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>
    /// The access token: <c>HF_TOKEN</c>, else the file that <c>HF_TOKEN_PATH</c> names, else <c>$HF_HOME/token</c>; null for anonymous access.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>The other tools' cache, which is read and never written; null if there is none: <c>$HF_HUB_CACHE</c>, else <c>$HF_HOME/hub</c>.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Whether the network is forbidden: <c>HF_HUB_OFFLINE</c>.</summary>
    public bool IsOffline { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <param name="variable">An environment variable's value, or null.</param>
    /// <param name="home">The user's home directory.</param>
    /// <exception cref="SourceException">HF_ENDPOINT is no address.</exception>
    public static HubSettings Read(Func<string, string?> variable, string home)
    {
        var directory = Text("HF_HOME") ?? Path.Combine(Text("XDG_CACHE_HOME") ?? Path.Combine(home, ".cache"), "huggingface");
        var endpoint = Text("HF_ENDPOINT") ?? "https://huggingface.co";
        if (!Uri.TryCreate(endpoint.TrimEnd('/'), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new SourceException($"HF_ENDPOINT is '{endpoint}', which is no http or https address.");
        }

        var cache = Text("HF_HUB_CACHE") ?? Path.Combine(directory, "hub");
        return new HubSettings
        {
            Endpoint = uri,
            Token = Text("HF_TOKEN") ?? ReadToken(Text("HF_TOKEN_PATH") ?? Path.Combine(directory, "token")),
            CacheDirectory = Directory.Exists(cache) ? cache : null,
            IsOffline = Text("HF_HUB_OFFLINE")?.ToUpperInvariant() is "1" or "TRUE" or "YES" or "ON",
        };

        string? Text(string name) => variable(name)?.Trim() is { Length: > 0 } value ? value : null;
    }

    private static string? ReadToken(string path)
    {
        try
        {
            return File.Exists(path) && new FileInfo(path).Length < 4096 && File.ReadAllText(path).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
