using System.Reflection;

namespace GGUFPacker.Product.Tests;

/// <summary>Where this repository lies, and how it was built.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    public static string Configuration { get; } = Metadata("Configuration");

    /// <summary>The sample's checkpoint.</summary>
    public static string Checkpoint => Path.Combine(Root, "samples", "Austen", "austen");

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
