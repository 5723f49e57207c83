using GGUFPacker.Build.Engine;

namespace GGUFPacker.Cli.Output;

/// <summary>Shows the steps of a command while it runs.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs work and shows its progress.</summary>
    /// <param name="environment">The terminal and the clock.</param>
    /// <param name="work">The work; it may report from any thread.</param>
    /// <param name="mode">How progress is shown.</param>
    /// <param name="title">What goes on, such as <c>Building</c>.</param>
    public static async Task<T> RunAsync<T>(
        CliEnvironment environment, Func<IProgress<BuildProgress>, Task<T>> work, ProgressMode mode = ProgressMode.Auto, string title = "Working")
    {
        var writer = environment.Console.Error;
        if (mode is ProgressMode.Auto or ProgressMode.Tty && environment.Console.Terminal is { } terminal)
        {
            return await TerminalProgress.RunAsync(terminal, environment.Time, title, work).ConfigureAwait(false);
        }

        return await work(mode switch
        {
            ProgressMode.RawJson => new JsonProgress(writer, environment.Time),
            ProgressMode.Quiet => new ProgressRelay<BuildProgress>(null, value => value),
            _ => new PlainProgress(writer, environment.Time),
        }).ConfigureAwait(false);
    }
}
