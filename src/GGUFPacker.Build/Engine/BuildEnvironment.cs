using GGUFPacker.Build.Sources.Http;
using GGUFPacker.Oci.Registry;

namespace GGUFPacker.Build.Engine;

/// <summary>The surroundings that a build reads: where the hub is and with which token comes from the variables that the hub's own tools read.</summary>
public sealed record BuildEnvironment
{
    /// <summary>An environment variable's value, or null.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>The user's home directory.</summary>
    public string Home { get; init; } = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>How registries are reached for the images that FROM and --from name; null if they have to be in the store. The caller disposes it.</summary>
    public RegistryClient? Registries { get; init; }

    /// <summary>How files are fetched.</summary>
    internal HttpOptions Http { get; init; } = new();
}
