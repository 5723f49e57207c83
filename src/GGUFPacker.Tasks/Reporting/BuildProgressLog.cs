using System.Collections.Concurrent;
using System.Globalization;
using GGUFPacker.Build.Engine;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace GGUFPacker.Tasks.Reporting;

/// <summary>A build's progress as messages: a line for each step that did work, and now and then one for a step that takes long.</summary>
/// <param name="log">Where messages go.</param>
/// <param name="clock">Tells when a step has taken long.</param>
/// <param name="terminal">Shows the percentage of the step at work; null for none.</param>
internal sealed class BuildProgressLog(TaskLoggingHelper log, TimeProvider clock, TerminalProgress? terminal) : IProgress<BuildProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, Step> _steps = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public void Report(BuildProgress value)
    {
        var step = _steps.GetOrAdd(value.Step, _ => new Step(clock.GetTimestamp()));
        switch (value.Status)
        {
            case BuildStepStatus.Started:
                step.Restart(clock.GetTimestamp());
                log.LogMessage(MessageImportance.Low, "{0}", value.Name);
                break;
            case BuildStepStatus.Advanced when value.Total > 0:
                Advance(step, value);
                break;
            case BuildStepStatus.Noted:
                log.LogMessage(MessageImportance.Normal, "{0}: {1}", value.Name, value.Detail);
                break;
            case BuildStepStatus.Completed:
                var seconds = clock.GetElapsedTime(step.Started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
                log.LogMessage(MessageImportance.High, "{0} ({1} s)", value.Name, seconds);
                break;
            case BuildStepStatus.Cached:
                log.LogMessage(MessageImportance.Normal, "{0} (cached)", value.Name);
                break;
            case BuildStepStatus.Failed:
                log.LogMessage(MessageImportance.High, "{0} (failed)", value.Name);
                break;
        }
    }

    private void Advance(Step step, BuildProgress value)
    {
        var percent = (int)(100 * Math.Min(value.Done, value.Total) / value.Total);
        terminal?.Show(percent);
        lock (step)
        {
            if (clock.GetElapsedTime(step.Reported) < Interval)
            {
                return;
            }

            step.Reported = clock.GetTimestamp();
        }

        log.LogMessage(MessageImportance.High, "{0}: {1}", value.Name, value.Describe(clock.GetElapsedTime(step.Started)));
    }

    private sealed class Step(long started)
    {
        public long Started { get; private set; } = started;

        public long Reported { get; set; } = started;

        // A conversion that no file is made of runs for each that reads it.
        public void Restart(long now) => (Started, Reported) = (now, now);
    }
}
