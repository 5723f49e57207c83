using GGUFPacker.Build.Engine;

namespace GGUFPacker.Cli.Output;

/// <summary>Progress as lines, for logs: one when a step ends, and now and then one for a step that takes long.</summary>
/// <param name="writer">Where lines go.</param>
/// <param name="time">The clock.</param>
internal sealed class LineProgress(TextWriter writer, TimeProvider time) : IProgress<BuildProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, Step> _steps = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Report(BuildProgress value)
    {
        lock (_steps)
        {
            if (!_steps.TryGetValue(value.Step, out var step))
            {
                _steps[value.Step] = step = new Step { Began = time.GetTimestamp(), Told = time.GetTimestamp() };
            }

            switch (value.Status)
            {
                case BuildStepStatus.Advanced when value.Total > 0 && time.GetElapsedTime(step.Told) >= Interval:
                    step.Told = time.GetTimestamp();
                    writer.WriteLine($"{value.Name}: {value.Describe(time.GetElapsedTime(step.Began))}");
                    break;
                case BuildStepStatus.Completed:
                    writer.WriteLine(FormattableString.Invariant($"{value.Name}: {time.GetElapsedTime(step.Began).TotalSeconds:0.0} s"));
                    break;
                case BuildStepStatus.Cached:
                    writer.WriteLine($"{value.Name}: already there");
                    break;
                case BuildStepStatus.Failed:
                    writer.WriteLine($"{value.Name}: failed");
                    break;
            }
        }
    }

    private sealed class Step
    {
        public required long Began { get; init; }

        public required long Told { get; set; }
    }
}
