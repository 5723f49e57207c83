using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using GGUFPacker.Cli.Commands;
using GGUFPacker.Cli.Output;

namespace GGUFPacker.Cli;

/// <summary>The tool <c>gguf-packer</c>: finds the command, runs it, and turns what goes wrong into a message and an exit code.</summary>
internal static class CliApplication
{
    private static readonly (string Name, Func<CliEnvironment, Command> Create)[] Commands =
    [
        ("build", BuildCommand.Create),
        ("push", PushCommand.Create),
        ("pull", PullCommand.Create),
        ("list", ListCommand.Create),
        ("inspect", InspectCommand.Create),
        ("estimate", EstimateCommand.Create),
        ("run", RunCommand.Create),
        ("verify", VerifyCommand.Create),
        ("remove", RemoveCommand.Create),
        ("cache", CacheCommand.Create),
        ("convert", ConvertCommand.Create),
        ("quantize", QuantizeCommand.Create),
    ];

    // A build that is stopped removes what it has half-written; this is the time it has for that.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="environment">The process around it.</param>
    /// <param name="cancellationToken">Stops the command, as Ctrl+C does.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var console = environment.Console;

        // "@file" is an argument like others: llama.cpp's command lines know no response files.
        var result = CreateRoot(environment, arguments).Parse(
            arguments.Count == 0 ? ["--help"] : arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Action is not HelpAction && CommandLineFaults.Find(result) is { Count: > 0 } faults)
        {
            foreach (var fault in faults)
            {
                console.Error.WriteLine($"gguf-packer: {fault}");
            }

            console.Error.WriteLine($"Run 'gguf-packer {string.Concat(CommandPath(result).Select(name => name + " "))}--help' for what is possible.");
            return ExitCode.Usage;
        }

        try
        {
            return await result.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = console.Out,
                    Error = console.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = TerminationTimeout,
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            return FailureReport.Write(console, exception, environment.Variable("GGUF_PACKER_DEBUG") is "1");
        }
    }

    // One command is made where the first argument names it: making all takes longer than most of them need to begin.
    private static RootCommand CreateRoot(CliEnvironment environment, IReadOnlyList<string> arguments)
    {
        var root = new RootCommand("Builds, converts, quantizes, pushes and pulls LLMs in GGUF format as OCI images.");
        var named = Commands.Where(command => arguments.Count > 0 && command.Name == arguments[0]).ToList();
        foreach (var (_, create) in named.Count > 0 ? named : [.. Commands])
        {
            root.Add(create(environment));
        }

        return root;
    }

    private static IEnumerable<string> CommandPath(ParseResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result.CommandResult; at is CommandResult { Command: not RootCommand and var command }; at = at.Parent)
        {
            names.Push(command.Name);
        }

        return names;
    }
}
