using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Cli.Tests.Commands;

public sealed class QuantizeCommandTests
{
    [Fact]
    public async Task A_model_is_quantized_to_the_named_file()
    {
        using var cli = new CliRunner();
        Models.WriteF16(cli["a model.gguf"]);

        var result = (await cli.RunAsync("quantize", "a model.gguf", "out.gguf", "q8_0", "1")).Succeeded();

        Assert.Equal(cli["out.gguf"] + "\n", result.Output);
        using var quantized = GgufFile.Open(cli["out.gguf"]);
        Assert.Equal(TensorType.Q8_0, quantized.Tensors.Single(t => t.Name == "blk.0.attn_q.weight").Type);
    }

    [Fact]
    public async Task Options_of_llama_quantize_work()
    {
        using var cli = new CliRunner();
        Models.WriteF16(cli["m.gguf"]);

        string[] options = ["--leave-output-tensor", "--token-embedding-type", "q8_0", "--tensor-type", "ffn_down=q5_0"];
        (await cli.RunAsync(["quantize", .. options, "m.gguf", "Q4_0"])).Succeeded();

        using var quantized = GgufFile.Open(cli["ggml-model-Q4_0.gguf"]);
        Assert.Equal(TensorType.Q5_0, quantized.Tensors.Single(t => t.Name == "blk.0.ffn_down.weight").Type);
        Assert.Equal(TensorType.Q4_0, quantized.Tensors.Single(t => t.Name == "blk.0.attn_q.weight").Type);
    }

    [Fact]
    public async Task A_dry_run_prints_the_plan_and_writes_nothing()
    {
        using var cli = new CliRunner();
        Models.WriteF16(cli["m.gguf"]);

        var result = (await cli.RunAsync("quantize", "--dry-run", "m.gguf", "Q8_0")).Succeeded();

        Assert.Matches("blk.0.attn_q.weight +64x64 +F16 +Q8_0 +4.25 KiB", result.Output);
        Assert.Single(Directory.EnumerateFiles(cli.Directory));
    }

    [Fact]
    public async Task A_file_that_is_no_model_is_refused()
    {
        using var cli = new CliRunner();
        cli.WriteFile("m.gguf", "not a model");

        var result = await cli.RunAsync("quantize", "m.gguf", "q.gguf", "Q8_0");

        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(cli["q.gguf"]));
    }
}
