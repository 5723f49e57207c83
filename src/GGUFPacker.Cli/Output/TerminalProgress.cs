using System.Text;
using GGUFPacker.Build.Engine;
using Spectre.Console;

namespace GGUFPacker.Cli.Output;

/// <summary>Progress on a terminal: a picture of the steps that is drawn over while the work goes on, and stays in its last state.</summary>
internal sealed class TerminalProgress : IProgress<BuildProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly IAnsiConsole _terminal;
    private readonly TimeProvider _time;
    private readonly string _title;
    private readonly ProgressBoard _board;
    private readonly long _began;
    private int _drawn;

    private TerminalProgress(IAnsiConsole terminal, TimeProvider time, string title)
    {
        (_terminal, _time, _title) = (terminal, time, title);
        _board = new ProgressBoard(time);
        _began = time.GetTimestamp();
    }

    /// <summary>Runs work under a display.</summary>
    public static async Task<T> RunAsync<T>(IAnsiConsole terminal, TimeProvider time, string title, Func<IProgress<BuildProgress>, Task<T>> work)
    {
        var progress = new TerminalProgress(terminal, time, title);
        using var ended = new CancellationTokenSource();
        var drawing = progress.DrawAsync(ended.Token);
        try
        {
            return await work(progress).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await drawing.ConfigureAwait(false);
            progress.Draw(isFinal: true);
        }
    }

    /// <inheritdoc/>
    public void Report(BuildProgress value)
    {
        lock (_lock)
        {
            _board.Apply(_board.Find(value), value, out _);
        }
    }

    private async Task DrawAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
            {
                Draw(isFinal: false);
            }
        }
        catch (OperationCanceledException)
        {
            // The work has ended.
        }
    }

    private void Draw(bool isFinal)
    {
        lock (_lock)
        {
            if (_board.Steps.Count == 0)
            {
                return;
            }

            var profile = _terminal.Profile;
            var frame = new TerminalFrame(_time, _title, profile.Width, profile.Capabilities.ColorSystem != ColorSystem.NoColors);
            var lines = frame.Draw(_board, _began, isFinal, isFinal ? int.MaxValue : profile.Height - 1);
            var text = new StringBuilder();
            if (_drawn > 0)
            {
                // Up to the first line of the last picture.
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\e[{_drawn}A\r");
            }

            foreach (var line in lines)
            {
                text.Append(line).Append("\e[K\n");
            }

            // A smaller picture leaves nothing of the larger one behind.
            text.Append("\e[J");
            _drawn = lines.Count;
            profile.Out.Writer.Write(text);
            profile.Out.Writer.Flush();
        }
    }
}
