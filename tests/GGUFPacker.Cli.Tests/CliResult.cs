namespace GGUFPacker.Cli.Tests;

internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    public CliResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}");
        return this;
    }
}
