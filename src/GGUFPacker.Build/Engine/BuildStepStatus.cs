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

    /// <summary>It has failed; the event's detail says why.</summary>
    Failed,

    /// <summary>It goes on and has something to say, which is the event's detail.</summary>
    Noted,
}
