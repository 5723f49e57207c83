using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tests.Conversions;
using GGUFPacker.Conversion.Tests.Tokenizers;

namespace GGUFPacker.Conversion.Tests.Architectures;

/// <summary>An architecture that is unknown is refused; one whose tensors all fit a known family names it, and converts as it when asked to.</summary>
public sealed class FamiliarArchitecturesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("opt-llama", "LlamaForCausalLM")]
    [InlineData("qwen3-moe", "Qwen3MoeForCausalLM")]
    [InlineData("gemma2", "Gemma2ForCausalLM")]
    public void A_copy_of_a_known_family_is_told_by_the_option_that_converts_it(string model, string name)
    {
        Rename(model, "FrobForCausalLM");

        var exception = Assert.Throws<CheckpointException>(() => ModelConverter.Open(_folder.Files));

        Assert.Contains("FrobForCausalLM", exception.UnsupportedFeature, StringComparison.Ordinal);
        Assert.Contains($"--architecture {name}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_option_converts_as_the_family()
    {
        var original = Open("opt-llama");
        using var expected = ModelConverter.Open(original, new ConvertOptions { PreTokenizer = "llama-bpe" });
        Rename("opt-llama", "FrobForCausalLM");

        using var model = ModelConverter.Open(_folder.Files, new ConvertOptions { PreTokenizer = "llama-bpe", Architecture = "LlamaForCausalLM" });

        Assert.Equal(expected.Tensors.Select(tensor => $"{tensor.Name} {tensor.Type}"), model.Tensors.Select(tensor => $"{tensor.Name} {tensor.Type}"));
    }

    [Fact]
    public void A_tensor_that_no_family_has_leaves_no_hint()
    {
        using var checkpoint = new TinyCheckpoint();
        checkpoint.With("architectures", new JsonArray("FrobForCausalLM")).WithFile("model.safetensors", ("frob.weight", "F16", [4]));

        var exception = Assert.Throws<CheckpointException>(() => checkpoint.Open());

        Assert.DoesNotContain("--architecture", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_architecture_that_is_asked_for_must_exist()
    {
        Rename("opt-llama", "LlamaForCausalLM");

        var exception = Assert.Throws<CheckpointException>(() => ModelConverter.Open(_folder.Files, new ConvertOptions { Architecture = "Frob" }));

        Assert.Contains("--architecture Frob", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static CheckpointFiles Open(string model)
    {
        var files = GoldenCheckpoint.Open(model);
        Assert.SkipWhen(files is null, $"The checkpoint {model} is not in this set of goldens.");
        return files;
    }

    private void Rename(string model, string name)
    {
        _folder.Copy(Open(model));
        var path = Path.Combine(_folder.Path, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config["architectures"] = new JsonArray(name);
        File.WriteAllText(path, config.ToJsonString());
    }
}
