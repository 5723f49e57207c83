using System.Text.Json;
using System.Text.RegularExpressions;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

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
    public async Task The_plan_and_the_result_are_there_as_JSON()
    {
        using var cli = new CliRunner();
        Models.WriteF16(cli["m.gguf"]);

        using var plan = JsonDocument.Parse((await cli.RunAsync("quantize", "--dry-run", "--json", "m.gguf", "Q4_K_M")).Succeeded().Output);
        using var result = JsonDocument.Parse((await cli.RunAsync("quantize", "m.gguf", "q.gguf", "Q8_0", "--threads", "1", "--json")).Succeeded().Output);

        Assert.True(plan.RootElement.GetProperty("dryRun").GetBoolean());
        Assert.Empty(plan.RootElement.GetProperty("files").EnumerateArray());
        var query = plan.RootElement.GetProperty("tensors").EnumerateArray().Single(tensor => tensor.GetProperty("name").GetString() == "blk.0.attn_q.weight");
        Assert.Equal(("F16", "Q5_0", "Q4_K"), (query.GetProperty("from").GetString(), query.GetProperty("to").GetString(), query.GetProperty("insteadOf").GetString()));
        Assert.Equal(2, plan.RootElement.GetProperty("fallbacks").GetInt32());
        Assert.Equal(cli["q.gguf"], Assert.Single(result.RootElement.GetProperty("files").EnumerateArray()).GetString());
        using var file = GgufFile.Open(cli["q.gguf"]);
        Assert.Equal(file.Tensors.Sum(tensor => tensor.ByteLength), result.RootElement.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task An_importance_matrix_is_named_in_the_file_and_what_it_lacks_is_told()
    {
        using var cli = new CliRunner();
        Models.WriteF16(cli["m.gguf"]);
        Models.WriteImatrix(cli["m.imatrix.gguf"], ("blk.0.attn_q.weight", 64), ("token_embd.weight", 3));

        var result = (await cli.RunAsync("quantize", "--imatrix", "m.imatrix.gguf", "m.gguf", "q.gguf", "Q4_0")).Succeeded();

        Assert.Contains("has no weights for blk.0.ffn_down.weight.", result.Error, StringComparison.Ordinal);
        Assert.Contains("is not used, for token_embd.weight.", result.Error, StringComparison.Ordinal);
        using var quantized = GgufFile.Open(cli["q.gguf"]);
        Assert.Equal("m.imatrix.gguf", quantized.Metadata.GetString("quantize.imatrix.file"));
        Assert.Equal("calibration.txt", quantized.Metadata.GetString("quantize.imatrix.dataset"));
        Assert.Equal(2, quantized.Metadata.GetInteger("quantize.imatrix.entries_count"));
        Assert.Equal(7, quantized.Metadata.GetInteger("quantize.imatrix.chunks_count"));
    }

    [Theory]
    [InlineData("Q4_0_4_4", "was removed from llama.cpp: use Q4_0")]
    [InlineData("NVFP4", "cannot be quantized to")]
    [InlineData("Q9", "'Q9' is no quantize type")]
    public async Task A_type_that_cannot_be_is_a_fault_of_the_command_line(string type, string words)
    {
        using var cli = new CliRunner();
        Models.WriteF16(cli["m.gguf"]);

        var result = await cli.RunAsync("quantize", "m.gguf", "q.gguf", type);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFiles(cli.Directory));
    }

    [Theory]
    [InlineData("no.imatrix", "no.imatrix")]
    [InlineData("m.gguf", "lacks the keys of an importance matrix")]
    [InlineData("text", "is no GGUF file")]
    [InlineData("wrong.gguf", "needs 64 weights")]
    public async Task A_faulty_importance_matrix_is_refused_before_anything_is_written(string imatrix, string words)
    {
        using var cli = new CliRunner();
        Models.WriteF16(cli["m.gguf"]);
        cli.WriteFile("text", "this is a text, and no matrix");
        Models.WriteImatrix(cli["wrong.gguf"], ("blk.0.attn_q.weight", 32));

        var result = await cli.RunAsync("quantize", "--imatrix", imatrix, "m.gguf", "q.gguf", "Q4_0");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(cli["q.gguf"]));
    }

    [Fact]
    public async Task Help_lists_every_type_and_option()
    {
        using var cli = new CliRunner();

        var help = (await cli.RunAsync("quantize", "--help")).Succeeded().Output;

        Assert.All(QuantizeType.All, type => Assert.Matches($@"(?m)\b{type.Name}\b", help));
        Assert.DoesNotContain("{types}", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_has_every_type_and_option_of_the_help()
    {
        using var cli = new CliRunner();
        var page = await File.ReadAllTextAsync(Path.Combine(Goldens.RepositoryRoot, "docs", "quantize.md"), TestContext.Current.CancellationToken);

        var help = (await cli.RunAsync("quantize", "--help")).Succeeded().Output;

        Assert.All(QuantizeType.All, type => Assert.Contains($"`{type.Name}`", page, StringComparison.Ordinal));
        Assert.All(Regex.Matches(help, @"--[a-z-]+").Select(option => option.Value), option => Assert.Contains($"`{option}", page, StringComparison.Ordinal));
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
