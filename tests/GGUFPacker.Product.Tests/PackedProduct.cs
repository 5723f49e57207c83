using GGUFPacker.Product.Tests;

[assembly: AssemblyFixture(typeof(PackedProduct))]

namespace GGUFPacker.Product.Tests;

/// <summary>The packages, packed once for all tests, when the first asks for them: what users get is what is tested.</summary>
public sealed class PackedProduct : IDisposable
{
    /// <summary>The version that the packages get.</summary>
    public const string Version = "1.0.0-test";

    private readonly Workspace _workspace = new();
    private readonly Lazy<string> _feed;

    /// <summary>Packs nothing yet.</summary>
    public PackedProduct() => _feed = new(() => Task.Run(PackAsync).GetAwaiter().GetResult());

    /// <summary>The folder feed with the packages.</summary>
    public string Feed => _feed.Value;

    /// <summary>The global packages folder that the tests share; the machine's own never sees these packages.</summary>
    public string Packages => _workspace.Combine("packages");

    /// <inheritdoc />
    public void Dispose() => _workspace.Dispose();

    private async Task<string> PackAsync()
    {
        var feed = _workspace.Combine("feed");
        foreach (var project in new[] { "sdk/GGUFPacker.Sdk", "templates/GGUFPacker.Templates", "src/GGUFPacker.Cli" })
        {
            string[] arguments = ["pack", Path.Combine(Repository.Root, project), "-c", Repository.Configuration, "-o", feed, $"-p:PackageVersion={Version}"];
            (await Command.RunAsync("dotnet", arguments, Repository.Root, Workspace.CommonEnvironment)).Succeeded();
        }

        return feed;
    }
}
