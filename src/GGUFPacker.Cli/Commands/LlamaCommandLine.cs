using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace GGUFPacker.Cli.Commands;

/// <summary>Commands that take another program's command line as it is.</summary>
internal static class LlamaCommandLine
{
    /// <summary>Creates a command that hands all of its arguments on unread, but for a wish for help.</summary>
    /// <param name="name">The command's name.</param>
    /// <param name="description">What it does, in a line.</param>
    /// <param name="help">What help prints.</param>
    /// <param name="run">Runs it.</param>
    public static Command CreateCommand(string name, string description, string help, Func<IReadOnlyList<string>, CancellationToken, Task<int>> run)
    {
        var arguments = new Argument<string[]>("ARGUMENTS") { CaptureRemainingTokens = true, Arity = ArgumentArity.ZeroOrMore };
        var command = new Command(name, description) { arguments, new HelpOption { Action = new HelpText(help) } };
        command.SetAction(async (result, cancellationToken) =>
        {
            var given = result.GetValue(arguments) ?? [];
            return given.Any(argument => argument is "-h" or "--help")
                ? new HelpText(help).Invoke(result)
                : await run(given, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private sealed class HelpText(string text) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(text);
            return ExitCode.Success;
        }
    }
}
