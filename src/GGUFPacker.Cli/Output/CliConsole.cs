using Spectre.Console;

namespace GGUFPacker.Cli.Output;

/// <summary>Where a command prints: data on one stream, progress and messages on the other.</summary>
/// <param name="Out">Data.</param>
/// <param name="Error">Progress and messages.</param>
/// <param name="Terminal">The terminal that <paramref name="Error"/> is; null if it is none, or one that cannot be written over.</param>
internal sealed record CliConsole(TextWriter Out, TextWriter Error, IAnsiConsole? Terminal)
{
    /// <summary>The streams of this process.</summary>
    public static CliConsole OfProcess()
    {
        var isTerminal = !Console.IsErrorRedirected
            && Environment.GetEnvironmentVariable("TERM") is not "dumb"
            && Environment.GetEnvironmentVariable("CI") is null or "";
        var terminal = isTerminal ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }) : null;
        return new CliConsole(Console.Out, Console.Error, terminal is { Profile.Capabilities.Ansi: true } ? terminal : null);
    }

    /// <summary>Prints a message for a person.</summary>
    public void Note(string message) => Error.WriteLine(message);
}
