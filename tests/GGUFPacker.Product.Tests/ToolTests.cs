namespace GGUFPacker.Product.Tests;

/// <summary>The dotnet tool, installed from the folder feed.</summary>
[Trait("Category", "Product")]
public sealed class ToolTests(PackedProduct product) : IDisposable
{
    private readonly Workspace _workspace = new(product);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task The_tool_installs_from_the_feed_and_runs()
    {
        string[] install = ["tool", "install", "GGUFPacker.Cli", "--version", PackedProduct.Version, "--tool-path", _workspace.Combine("tools")];
        (await _workspace.DotnetAsync(install)).Succeeded();

        var tool = _workspace.Combine("tools", OperatingSystem.IsWindows() ? "gguf-packer.exe" : "gguf-packer");
        var list = (await Command.RunAsync(tool, ["list"], _workspace.Root, _workspace.Environment)).Succeeded();
        Assert.Contains("NAME", list.Output, StringComparison.Ordinal);
    }
}
