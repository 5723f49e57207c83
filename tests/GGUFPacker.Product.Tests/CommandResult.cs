namespace GGUFPacker.Product.Tests;

/// <summary>What a command left.</summary>
/// <param name="Command">The command.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it printed, on both streams.</param>
internal sealed record CommandResult(string Command, int ExitCode, string Output)
{
    /// <summary>This result, if the command succeeded.</summary>
    public CommandResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"{Command} ended with {ExitCode}:{Environment.NewLine}{Output}");
        return this;
    }
}
