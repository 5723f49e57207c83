using GGUFPacker.Build.Engine;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Cli.Output;

/// <summary>
/// Progress as lines, for logs, in BuildKit's form: a step's name when it begins, a line when a file of it has come and when it ends, and now and then one
/// while it goes on. Each line begins with the step's number; the name comes again after lines of another step.
/// </summary>
/// <param name="writer">Where lines go.</param>
/// <param name="time">The clock.</param>
internal sealed class PlainProgress(TextWriter writer, TimeProvider time) : IProgress<BuildProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly ProgressBoard _board = new(time);
    private ProgressStep? _told;

    /// <inheritdoc/>
    public void Report(BuildProgress value)
    {
        lock (_lock)
        {
            var step = _board.Find(value);
            var bytes = _board.Apply(step, value, out var completesPart);
            switch (value.Status)
            {
                case BuildStepStatus.Started:
                    Head(step);
                    break;
                case BuildStepStatus.Advanced when completesPart:
                    Tell(step, $"{value.Part} {GgufUnits.FormatBytes(value.Total)} {Seconds(bytes!.Began)} done");
                    break;
                case BuildStepStatus.Advanced when value.Total > 0 && time.GetElapsedTime(bytes!.Told) >= Interval:
                    bytes.Told = time.GetTimestamp();
                    Tell(step, (value.Part is null ? "" : value.Part + " ") + bytes.Describe(time.GetElapsedTime(bytes.Began)));
                    break;
                case BuildStepStatus.Noted:
                    Tell(step, value.Detail ?? "");
                    break;
                case BuildStepStatus.Completed:
                    Tell(step, $"DONE {Seconds(step.Began)}");
                    break;
                case BuildStepStatus.Cached:
                    Tell(step, "CACHED");
                    break;
                case BuildStepStatus.Failed:
                    Tell(step, "ERROR" + (value.Detail is { Length: > 0 } reason ? ": " + reason : ""));
                    break;
            }
        }
    }

    private void Head(ProgressStep step)
    {
        if (_told == step)
        {
            return;
        }

        if (_told is not null)
        {
            writer.WriteLine();
        }

        _told = step;
        writer.WriteLine(FormattableString.Invariant($"#{step.Number} {step.Name}"));
    }

    private void Tell(ProgressStep step, string text)
    {
        Head(step);
        foreach (var line in text.Split('\n'))
        {
            writer.WriteLine(FormattableString.Invariant($"#{step.Number} {line.TrimEnd('\r')}"));
        }
    }

    private string Seconds(long since) => FormattableString.Invariant($"{time.GetElapsedTime(since).TotalSeconds:0.0}s");
}
