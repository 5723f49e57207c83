namespace GGUFPacker.Cli.Tests.Running;

/// <summary>What run says to words that it cannot take.</summary>
public sealed class RunCommandTests
{
    [Fact]
    public async Task A_file_is_not_asked_for_at_a_registry()
    {
        using var cli = new CliRunner();
        cli.WriteFile("tiny.gguf", "");

        var result = await cli.RunAsync("run", "tiny.gguf", "--dry-run");

        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("'tiny.gguf' is a file's name, and run takes an image", result.Error);
    }
}
