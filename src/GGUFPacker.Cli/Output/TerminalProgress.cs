using GGUFPacker.Build.Engine;
using GGUFPacker.Gguf.Format;
using Spectre.Console;

namespace GGUFPacker.Cli.Output;

/// <summary>Progress as bars on a terminal: one for each step, drawn over while the work goes on.</summary>
internal sealed class TerminalProgress : IProgress<BuildProgress>
{
    private const int DetailWidth = 40;

    private readonly ProgressContext _context;
    private readonly Dictionary<string, ProgressTask> _steps = new(StringComparer.Ordinal);

    private TerminalProgress(ProgressContext context) => _context = context;

    /// <summary>Runs work under a display, which stays on the terminal in its last state.</summary>
    public static Task<T> RunAsync<T>(IAnsiConsole terminal, Func<IProgress<BuildProgress>, Task<T>> work) =>
        terminal.Progress()
            .AutoRefresh(true)
            .HideCompleted(false)
            .Columns(
                new SpinnerColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = 24 },
                new PercentageColumn(),
                new ElapsedTimeColumn(),
                new RemainingTimeColumn())
            .StartAsync(context => work(new TerminalProgress(context)));

    /// <inheritdoc/>
    public void Report(BuildProgress value)
    {
        lock (_steps)
        {
            if (!_steps.TryGetValue(value.Step, out var step))
            {
                _steps[value.Step] = step = _context.AddTask(Markup.Escape(value.Name), autoStart: true, maxValue: 1);
                step.IsIndeterminate = true;
            }

            switch (value.Status)
            {
                case BuildStepStatus.Advanced when value.Total > 0:
                    step.IsIndeterminate = false;
                    step.MaxValue = value.Total;
                    step.Value = Math.Min(value.Done, value.Total);
                    var bytes = $"{GgufUnits.FormatBytes(Math.Min(value.Done, value.Total))} of {GgufUnits.FormatBytes(value.Total)}";
                    var detail = value.Detail is { Length: > 0 } text ? $", {(text.Length <= DetailWidth ? text : "…" + text[^(DetailWidth - 1)..])}" : "";
                    step.Description = $"{Markup.Escape(value.Name)} [grey]{Markup.Escape(bytes + detail)}[/]";
                    break;
                case BuildStepStatus.Completed or BuildStepStatus.Cached:
                    step.IsIndeterminate = false;
                    step.Description = Markup.Escape(value.Name) + (value.Status == BuildStepStatus.Cached ? " [green]already there[/]" : "");
                    step.Value = step.MaxValue;
                    step.StopTask();
                    break;
                case BuildStepStatus.Failed:
                    step.Description = Markup.Escape(value.Name) + " [red]failed[/]";
                    step.StopTask();
                    break;
            }
        }
    }
}
