using GGUFPacker.Build.Engine;

namespace GGUFPacker.Cli.Output;

/// <summary>A step as a display knows it. Times are the clock's timestamps.</summary>
/// <param name="number">Its number, from 1.</param>
/// <param name="name">Its name.</param>
/// <param name="began">When it began.</param>
internal sealed class ProgressStep(int number, string name, long began)
{
    public int Number { get; } = number;

    public string Name { get; } = name;

    public long Began { get; set; } = began;

    /// <summary>When it ended; null while it runs.</summary>
    public long? Ended { get; set; }

    /// <summary>How it ended, or that it runs.</summary>
    public BuildStepStatus Status { get; set; } = BuildStepStatus.Started;

    /// <summary>Its own bytes; null before any were told.</summary>
    public ProgressBytes? Bytes { get; set; }

    /// <summary>The files it brings, in the order in which they began.</summary>
    public List<ProgressBytes> Parts { get; } = [];

    /// <summary>What it last said.</summary>
    public string? Note { get; set; }
}
