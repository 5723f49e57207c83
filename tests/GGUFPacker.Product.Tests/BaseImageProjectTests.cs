using System.Text.Json;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Product.Tests;

/// <summary>A project whose images start from one of a registry.</summary>
[Trait("Category", "Product")]
public sealed class BaseImageProjectTests : IDisposable
{
    private readonly Workspace _workspace;

    public BaseImageProjectTests(PackedProduct product)
    {
        _workspace = new Workspace(product);
        _workspace.WriteCheckpoint("Austen/austen");
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task A_build_asks_for_the_base_again_only_when_it_is_told_to()
    {
        using var registry = new LoopbackRegistry();
        _workspace.Write("Austen/Austen.ggufproj", $"""
            <Project Sdk="GGUFPacker.Sdk/{PackedProduct.Version}">
              <PropertyGroup><ContainerBaseImage>{registry.Host}/team/base:1</ContainerBaseImage></PropertyGroup>
              <ItemGroup><GGUFModel Include="austen" PreTokenizer="llama-bpe" /><GGUFQuantizeType Include="Q8_0" /></ItemGroup>
            </Project>
            """);
        AddBase(registry, "one");
        await _workspace.BuildAsync("build", "Austen");
        Assert.Equal("one", BaseOf("austen:Q8_0"));

        AddBase(registry, "two");
        Assert.Equal(0, (await _workspace.BuildAsync("build", "Austen")).RunsOf("BuildGGUFImages"));
        Assert.Equal("one", BaseOf("austen:Q8_0"));

        var pulled = await _workspace.BuildAsync("build", "Austen", "-p:GGUFPull=true");
        Assert.False(pulled.Worked("GGUFQuantize"));
        Assert.Equal("two", BaseOf("austen:Q8_0"));
        Assert.Equal(0, (await _workspace.BuildAsync("build", "Austen")).RunsOf("BuildGGUFImages"));
    }

    private static void AddBase(LoopbackRegistry registry, string label) => new RegistryImage { Config = $$$"""{"Labels":{"base":"{{{label}}}"}}""" }
        .Layer(tar => tar.WriteEntry(RegistryImage.File("note.txt", label)))
        .AddTo(registry.Content, "team/base", "1");

    private string? BaseOf(string name)
    {
        using var store = ContentStore.Open(_workspace.StorePath);
        var manifest = Oci.Content.ImageManifest.Parse(store.Blobs.Get(store.Tags.Find(ImageReference.Parse(name))!.Manifest.Digest));
        using var config = JsonDocument.Parse(store.Blobs.Get(manifest.Config.Digest));
        return config.RootElement.GetProperty("config").GetProperty("Labels").GetProperty("base").GetString();
    }
}
