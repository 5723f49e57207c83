using GGUFPacker.Build.Engine;

namespace GGUFPacker.Cli.Output;

/// <summary>The steps of a command as they stand. Who uses it from several threads locks it.</summary>
/// <param name="time">The clock.</param>
internal sealed class ProgressBoard(TimeProvider time)
{
    private readonly Dictionary<string, ProgressStep> _byId = new(StringComparer.Ordinal);
    private readonly List<ProgressStep> _steps = [];

    /// <summary>The steps in the order in which they began.</summary>
    public IReadOnlyList<ProgressStep> Steps => _steps;

    /// <summary>The step that an event is about, before the event.</summary>
    public ProgressStep Find(BuildProgress value)
    {
        if (!_byId.TryGetValue(value.Step, out var step))
        {
            step = new ProgressStep(_steps.Count + 1, value.Name, time.GetTimestamp());
            _byId.Add(value.Step, step);
            _steps.Add(step);
        }

        return step;
    }

    /// <summary>Takes an event.</summary>
    /// <returns>The bytes that it is about; null if it is about none.</returns>
    public ProgressBytes? Apply(ProgressStep step, BuildProgress value, out bool completesPart)
    {
        completesPart = false;
        var now = time.GetTimestamp();
        switch (value.Status)
        {
            case BuildStepStatus.Advanced:
                var bytes = BytesOf(step, value, now);
                completesPart = bytes.Advance(value, now) && bytes.Part is not null;
                return bytes;
            case BuildStepStatus.Noted:
                step.Note = value.Detail;
                break;
            case BuildStepStatus.Started when step.Ended is not null:
                (step.Began, step.Ended, step.Status) = (now, null, value.Status);
                break;
            case BuildStepStatus.Started:
                break;
            case BuildStepStatus.Failed:
                (step.Ended, step.Status, step.Note) = (now, value.Status, value.Detail);
                break;
            default:
                (step.Ended, step.Status) = (now, value.Status);
                break;
        }

        return null;
    }

    private static ProgressBytes BytesOf(ProgressStep step, BuildProgress value, long now)
    {
        if (value.Part is null)
        {
            return step.Bytes ??= new ProgressBytes(value, now);
        }

        var bytes = step.Parts.Find(part => part.Part == value.Part);
        if (bytes is null)
        {
            step.Parts.Add(bytes = new ProgressBytes(value, now));
        }

        return bytes;
    }
}
