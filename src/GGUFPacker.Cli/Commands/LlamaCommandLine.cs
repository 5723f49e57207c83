using System.CommandLine;

namespace GGUFPacker.Cli.Commands;

/// <summary>Commands that take another program's command line as it is.</summary>
internal static class LlamaCommandLine
{
    /// <summary>Creates a command that hands all of its arguments on unread, but for a wish for help.</summary>
    /// <param name="name">The command's name.</param>
    /// <param name="help">What help prints.</param>
    /// <param name="run">Runs it.</param>
    public static Command CreateCommand(string name, string help, Func<IReadOnlyList<string>, CancellationToken, Task<int>> run)
    {
        var arguments = new Argument<string[]>("ARGUMENTS") { CaptureRemainingTokens = true, Arity = ArgumentArity.ZeroOrMore };
        var command = new Command(name, help) { arguments };
        command.SetAction(async (result, cancellationToken) =>
        {
            var given = result.GetValue(arguments) ?? [];
            if (given.Any(argument => argument is "-h" or "--help"))
            {
                result.InvocationConfiguration.Output.WriteLine(help);
                return ExitCode.Success;
            }

            return await run(given, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }
}
