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
    [InlineData("quantise a b", "There is no command 'quantise'. Did you mean 'quantize'?")]
    [InlineData("cache sise", "There is no command 'sise'. Did you mean 'size'?")]
    [InlineData("cache", "cache needs a command: size, list, prune.")]
    [InlineData("--verson", "'--verson' is no option. Did you mean '--version'?")]
    [InlineData("build --tags x", "'--tags' is no option of build. Did you mean '--tag'?")]
    [InlineData("build . --nocache=true", "'--nocache' is no option of build. Did you mean '--no-cache'?")]
    [InlineData("estimate m.gguf --device 24GiB", "'--device' is no option of estimate. Did you mean '--devices'? Arguments for the server stand behind --: gguf-packer estimate SOURCE -- --device")]
    [InlineData("estimate m.gguf n.gguf", "estimate takes one SOURCE; arguments of the engine stand behind --.")]
    [InlineData("run a --temp 0", "'--temp' is no option of run. Arguments for the server stand behind --: gguf-packer run MODEL -- --temp")]
    [InlineData("run a --dry-run --shell fish", "--shell takes one of sh, powershell, cmd, not 'fish'.")]
    [InlineData("run m.gguf", "'m.gguf' is a file's name, and run takes an image: its arguments say how a model starts. Pack the file with a GGUFPackerfile (FROM scratch, ADD, CMD) and gguf-packer build, or give it to llama-server -m.")]
    [InlineData("inspect m.gguf", "'m.gguf' is a file's name, and inspect takes an image; verify and estimate look at files.")]
    [InlineData("build --threads many", "--threads takes a whole number, not 'many'.")]
    [InlineData("list x", "'x' is an argument too many for list.")]
    public async Task A_slip_is_told_in_the_words_of_the_line(string line, string message)
    {
        using var cli = new CliRunner();

        var result = await cli.RunAsync(line.Split(' '));

        Assert.Equal((2, $"gguf-packer: {message}"), (result.ExitCode, result.Error.Split('\n')[0]));
    }

    [Fact]
    public async Task What_looks_like_an_option_may_be_a_value()
    {
        using var cli = new CliRunner();
        Models.WriteF16(cli["m.gguf"]);

        (await cli.RunAsync("estimate", "m.gguf", "-c", "-1", "--gpu-layers=-1", "--", "-fa", "off")).Succeeded();
        Assert.Contains("There is no file", (await cli.RunAsync("verify", "gone.gguf")).Error, StringComparison.Ordinal);
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
