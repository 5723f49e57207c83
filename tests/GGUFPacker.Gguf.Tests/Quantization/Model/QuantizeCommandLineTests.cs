using GGUFPacker.Gguf.Quantization.Model;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

public sealed class QuantizeCommandLineTests
{
    [Fact]
    public void Options_come_before_the_operands()
    {
        var line = Parse(
            "--pure", "--leave-output-tensor", "--output-tensor-type", "q8_0", "--token-embedding-type", "f16", "--tensor-type", "attn_v=q6_K",
            "--prune-layers", "3,1", "--override-kv", "general.name=str:x", "--allow-requantize", "--keep-split", "--dry-run",
            "in.gguf", "out.gguf", "q4_k_m", "3");
        Assert.Equal(("in.gguf", "out", "Q4_K_M", 3, true), (line.InputPath, line.OutputPath, line.Options.Type.Name, line.Threads, line.IsDryRun));
        Assert.True(line.Options is { Pure: true, LeaveOutputTensor: true, AllowRequantize: true, KeepSplit: true });
        Assert.Equal((TensorType.Q8_0, TensorType.F16), (line.Options.OutputTensorType, line.Options.TokenEmbeddingType));
        Assert.Equal([1, 3], line.Options.PrunedLayers);
        Assert.Equal(TensorType.Q6_K, Assert.Single(line.Options.TensorTypes).Type);
        Assert.Equal("general.name", Assert.Single(line.Options.MetadataOverrides).Key);
    }

    [Theory]
    [InlineData("dir/in.gguf", "dir/ggml-model-Q5_1.gguf")]
    [InlineData("in.gguf", "ggml-model-Q5_1.gguf")]
    public void Without_an_output_the_file_is_named_after_the_type(string input, string output) => Assert.Equal(output, Parse(input, "q5_1").OutputPath);

    [Fact]
    public void A_misspelt_type_is_named()
    {
        var error = Assert.Throws<FormatException>(() => Parse("in.gguf", "out.gguf", "Q9"));
        Assert.Contains("'Q9'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("in.gguf")]
    [InlineData("in.gguf", "out.gguf")]
    [InlineData("--foo", "in.gguf", "Q8_0")]
    [InlineData("--tensor-type")]
    [InlineData("--prune-layers", "-1", "in.gguf", "Q8_0")]
    [InlineData("--max-buffer-size", "0", "in.gguf", "Q8_0")]
    [InlineData("--include-weights", "a", "--exclude-weights", "b", "in.gguf", "Q8_0")]
    [InlineData("in.gguf", "out.gguf", "Q8_0", "x")]
    public void What_llama_quantize_refuses_is_refused(params string[] arguments) => Assert.Throws<FormatException>(() => Parse(arguments));

    private static QuantizeCommandLine Parse(params string[] arguments) => QuantizeCommandLine.Parse(arguments, Path.GetTempPath());
}
