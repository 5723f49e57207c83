using GGUFPacker.Build.Engine;

namespace GGUFPacker.Cli.Output;

/// <summary>How far the bytes of a step, or of a file of it, have come.</summary>
/// <param name="first">The first event: what was done then was there before.</param>
/// <param name="began">The clock's timestamp of it.</param>
internal sealed class ProgressBytes(BuildProgress first, long began)
{
    private readonly long _from = first.Done;

    /// <summary>The file; null for the step's own bytes.</summary>
    public string? Part { get; } = first.Part;

    public long Began { get; } = began;

    /// <summary>When all bytes were there; null before.</summary>
    public long? Ended { get; private set; }

    /// <summary>When a line was last written about it.</summary>
    public long Told { get; set; } = began;

    /// <summary>The newest event.</summary>
    public BuildProgress Last { get; private set; } = first;

    /// <summary>Takes an event.</summary>
    /// <returns>Whether the bytes are complete with it.</returns>
    public bool Advance(BuildProgress value, long now)
    {
        Last = value;
        var completes = Ended is null && value.Total > 0 && value.Done >= value.Total;
        Ended ??= completes ? now : null;
        return completes;
    }

    /// <summary>For people: percentage, bytes, rate, and the time that is left.</summary>
    public string Describe(TimeSpan elapsed) => Last.Describe(elapsed, _from);
}
