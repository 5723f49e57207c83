using GGUFPacker.Build.Sources.Http;

namespace GGUFPacker.Build.Engine;

/// <summary>The surroundings that a build reads: where the hub is and with which token comes from the variables that the hub's own tools read.</summary>
public sealed record BuildEnvironment
{
    /// <summary>An environment variable's value, or null.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>The user's home directory.</summary>
    public string Home { get; init; } = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>How files are fetched.</summary>
    internal HttpOptions Http { get; init; } = new();
}
