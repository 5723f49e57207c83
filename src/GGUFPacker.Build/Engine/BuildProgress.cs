namespace GGUFPacker.Build.Engine;

/// <summary>An event of a step's life.</summary>
public sealed record BuildProgress
{
    /// <summary>Identifies the step within this build.</summary>
    public required string Step { get; init; }

    /// <summary>What the step does, as a person reads it: <c>[Q4_K_M 1/2] QUANTIZE --type=Q4_K_M a.gguf b.gguf</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where the step stands.</summary>
    public required BuildStepStatus Status { get; init; }

    /// <summary>Units done so far.</summary>
    public long Done { get; init; }

    /// <summary>Units in all; 0 where unknown.</summary>
    public long Total { get; init; }

    /// <summary>What is being worked on, such as a tensor's name.</summary>
    public string? Detail { get; init; }
}
