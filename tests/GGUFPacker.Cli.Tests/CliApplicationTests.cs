namespace GGUFPacker.Cli.Tests;

public sealed class CliApplicationTests
{
    [Theory]
    [InlineData("lst")]
    [InlineData("list", "x")]
    [InlineData("list", "--no-such-option")]
    [InlineData("inspect")]
    [InlineData("inspect", "a b")]
    [InlineData("build", "--threads", "-1")]
    [InlineData("build", "--threads", "x")]
    [InlineData("build", "--label", "x")]
    [InlineData("build", "no-such-directory")]
    [InlineData("build")]
    [InlineData("convert")]
    [InlineData("convert", "--no-such-option", "a")]
    [InlineData("convert", "a", "b", "c")]
    [InlineData("quantize", "a.gguf")]
    [InlineData("quantize", "a.gguf", "Q9_Z")]
    public async Task Wrong_command_lines_end_with_2_and_a_message(params string[] arguments)
    {
        using var cli = new CliRunner();

        var result = await cli.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith("gguf-packer: ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("build", "--help")]
    [InlineData("convert", "--help")]
    [InlineData("convert", "a", "-h")]
    [InlineData("quantize", "--help")]
    [InlineData("--version")]
    public async Task Help_is_no_error(params string[] arguments)
    {
        using var cli = new CliRunner();

        var result = (await cli.RunAsync(arguments)).Succeeded();

        Assert.NotEmpty(result.Output);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Failures_end_with_1_and_a_sentence()
    {
        using var cli = new CliRunner();

        var result = await cli.RunAsync("convert", "no such model", "m.gguf");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no such model", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_command_ends_with_130()
    {
        using var cli = new CliRunner();
        Models.WriteF16(cli["m.gguf"]);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        var result = await cli.RunAsync(stop.Token, "quantize", "m.gguf", "q.gguf", "Q8_0");

        Assert.Equal(130, result.ExitCode);
        Assert.Equal(["m.gguf"], Directory.EnumerateFiles(cli.Directory).Select(Path.GetFileName));
    }
}
