using System.Text.Json;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Product.Tests;

/// <summary>A model project with an adapter, a projector and a drafter, built with the packed SDK.</summary>
[Trait("Category", "Product")]
public sealed class CompanionProjectTests(PackedProduct product) : IDisposable
{
    private const string Project = $"""
        <Project Sdk="GGUFPacker.Sdk/{PackedProduct.Version}">
          <ItemGroup>
            <GGUFModel Include="austen" PreTokenizer="llama-bpe" />
            <GGUFQuantizeType Include="Q8_0" />
            <GGUFAdapter Include="adapter" Base="base" Scale="0.5" />
            <GGUFProjector Include="mm-gemma3" />
            <GGUFDrafter Include="austen" Name="draft" QuantizeType="Q4_0" PreTokenizer="llama-bpe" />
          </ItemGroup>
        </Project>
        """;

    private readonly Workspace _workspace = new(product);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Each_becomes_a_file_of_the_image_and_words_of_its_command()
    {
        _workspace.WriteCheckpoint("Austen/austen");
        foreach (var (model, name) in ((string, string)[])[("lora-llama/adapter", "adapter"), ("lora-llama/base", "base"), ("mm-gemma3", "mm-gemma3")])
        {
            Workspace.CopyDirectory(Goldens.InRepository(["convert", "models", .. model.Split('/')]), _workspace.Combine("Austen", name));
        }

        _workspace.Write("Austen/Austen.ggufproj", Project);

        await _workspace.BuildAsync("build", "Austen");

        Assert.Equal(SampleFiles.Sha256("Q8_0"), _workspace.Sha256("Austen", "bin", "Austen.Q8_0.gguf"));
        Assert.Equal(SampleFiles.Sha256("Q4_0"), _workspace.Sha256("Austen", "bin", "draft.Q4_0.gguf"));
        Assert.Equal(Expected("lora-llama.f32"), _workspace.Sha256("Austen", "bin", "adapter.gguf"));
        Assert.Equal(Expected("mm-gemma3.auto"), _workspace.Sha256("Austen", "bin", "mmproj-Austen.gguf"));
        using (var store = ContentStore.Open(_workspace.StorePath))
        {
            var image = new ImageContent(store, store.Tags.Find(ImageReference.Parse("austen:Q8_0"))!.Manifest.Digest);
            using var config = JsonDocument.Parse(store.Blobs.Get(image.Manifest.Config.Digest));
            var model = config.RootElement.GetProperty("config");
            Assert.Equal(
                ["-m", "Austen.Q8_0.gguf", "-md", "draft.Q4_0.gguf", "--spec-type", "draft-simple", "--mmproj", "mmproj-Austen.gguf", "--lora-scaled", "adapter.gguf:0.5"],
                model.GetProperty("Cmd").EnumerateArray().Select(word => word.GetString()));
            Assert.Equal("draft.Q4_0.gguf", model.GetProperty("Drafter").GetProperty("CmdParameterValue").GetString());
            Assert.Equal("mmproj-Austen.gguf", model.GetProperty("Projector").GetProperty("CmdParameterValue").GetString());
            Assert.Equal("adapter.gguf", Assert.Single(model.GetProperty("Adapters").EnumerateArray()).GetProperty("CmdParameterValue").GetString());
        }

        // A file of the adapter or of its base is an input as the model's are.
        Assert.Equal(0, (await _workspace.BuildAsync("build", "Austen")).RunsOf("BuildGGUFImages"));
        File.AppendAllText(_workspace.Combine("Austen", "base", "config.json"), " ");
        Assert.Equal(1, (await _workspace.BuildAsync("build", "Austen")).RunsOf("BuildGGUFImages"));
    }

    private static string Expected(string golden)
    {
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Goldens.InRepository("convert", "expected", $"{golden}.json")));
        return expected.RootElement.GetProperty("file").GetProperty("sha256").GetString()!;
    }
}
