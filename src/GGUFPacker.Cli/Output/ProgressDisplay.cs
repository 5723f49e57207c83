using GGUFPacker.Build.Engine;

namespace GGUFPacker.Cli.Output;

/// <summary>Shows the steps of a command while it runs: live on a terminal, line by line elsewhere.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs work and shows its progress.</summary>
    /// <param name="environment">The terminal and the clock.</param>
    /// <param name="work">The work; it may report from any thread.</param>
    public static Task<T> RunAsync<T>(CliEnvironment environment, Func<IProgress<BuildProgress>, Task<T>> work) =>
        environment.Console.Terminal is { } terminal
            ? TerminalProgress.RunAsync(terminal, work)
            : work(new LineProgress(environment.Console.Error, environment.Time));
}
