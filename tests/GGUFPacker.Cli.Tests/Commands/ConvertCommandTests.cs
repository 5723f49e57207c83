using System.Security.Cryptography;
using System.Text.Json;
using GGUFPacker.Testing;

namespace GGUFPacker.Cli.Tests.Commands;

public sealed class ConvertCommandTests
{
    private static readonly string Checkpoint = Path.Combine(Goldens.RepositoryRoot, "samples", "Austen", "austen");

    public static IEnumerable<TheoryDataRow<string>> Expected =>
        Goldens.Files("austen/expected", "austen.*.json").Select(file => new TheoryDataRow<string>(Path.GetFileName(file).Split('.')[1]));

    [Theory]
    [GoldenData(nameof(Expected))]
    public async Task The_sample_becomes_the_file_that_llama_cpp_makes_of_it(string type)
    {
        using var cli = new CliRunner();
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Goldens.InRepository("austen", "expected", $"austen.{type}.json")));

        var options = expected.RootElement.GetProperty("options").EnumerateArray().Select(option => option.GetString()!);
        var result = (await cli.RunAsync(["convert", Checkpoint, "a file.gguf", .. options])).Succeeded();

        Assert.Equal(cli["a file.gguf"] + "\n", result.Output);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(cli["a file.gguf"])));
        Assert.Equal(expected.RootElement.GetProperty("file").GetProperty("sha256").GetString(), sha256);
    }

    [Fact]
    public async Task The_output_may_be_named_as_for_llama_cpp()
    {
        using var cli = new CliRunner();
        Directory.CreateDirectory(cli["out"]);

        var named = (await cli.RunAsync("convert", "--outfile", "out/m-{ftype}.gguf", "--outtype=q8_0", Checkpoint)).Succeeded();
        var byConvention = (await cli.RunAsync("convert", Checkpoint, "out", "--outtype", "q8_0", "--model-name", "Jane")).Succeeded();

        Assert.Equal(cli["out", "m-q8_0.gguf"] + "\n", named.Output);
        Assert.StartsWith(cli["out", "Jane-"], byConvention.Output, StringComparison.Ordinal);
        Assert.Contains("--pre-tokenizer", named.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_prints_the_tensors_and_writes_nothing()
    {
        using var cli = new CliRunner();

        var result = (await cli.RunAsync("convert", "--dry-run", Checkpoint, "m.gguf", "--outtype", "f16")).Succeeded();

        Assert.Matches(@"(?m)^token_embd.weight +F16 +", result.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Directory));
    }

    [Fact]
    public async Task The_architectures_are_printed()
    {
        using var cli = new CliRunner();

        Assert.Contains("LlamaForCausalLM\n", (await cli.RunAsync("convert", "--print-supported-models")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains(
            "Gemma 2 (gemma2): Gemma2ForCausalLM\n    norms + 1", (await cli.RunAsync("convert", "--list")).Succeeded().Output, StringComparison.Ordinal);
    }
}
