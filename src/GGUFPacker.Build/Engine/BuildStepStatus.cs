namespace GGUFPacker.Build.Engine;

/// <summary>Where a step stands.</summary>
public enum BuildStepStatus
{
    /// <summary>It has begun.</summary>
    Started,

    /// <summary>It has advanced.</summary>
    Advanced,

    /// <summary>It has done its work.</summary>
    Completed,

    /// <summary>The cache held its result.</summary>
    Cached,

    /// <summary>It has failed.</summary>
    Failed,
}
