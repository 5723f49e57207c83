namespace GGUFPacker.Product.Tests;

/// <summary>The packages, packed once for all tests: what users get is what is tested.</summary>
public sealed class PackedProduct : IAsyncLifetime
{
    /// <summary>The version that the packages get.</summary>
    public const string Version = "1.0.0-test";

    private readonly Workspace _workspace = new();

    /// <summary>The folder feed with the packages.</summary>
    public string Feed => _workspace.Combine("feed");

    /// <summary>The global packages folder that the tests share; the machine's own never sees these packages.</summary>
    public string Packages => _workspace.Combine("packages");

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        foreach (var project in new[] { "sdk/GGUFPacker.Sdk", "templates/GGUFPacker.Templates", "src/GGUFPacker.Cli" })
        {
            string[] arguments = ["pack", Path.Combine(Repository.Root, project), "-c", Repository.Configuration, "-o", Feed, $"-p:PackageVersion={Version}"];
            (await Command.RunAsync("dotnet", arguments, Repository.Root, Workspace.CommonEnvironment)).Succeeded();
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _workspace.Dispose();
        return ValueTask.CompletedTask;
    }
}
