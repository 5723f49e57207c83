namespace GGUFPacker.Oci.Store;

/// <summary>What pruning removes besides files that nothing leads to.</summary>
public sealed record PruneOptions
{
    /// <summary>Records of builds, and ended transfers, that were last of use longer ago than this; null for none.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>Records of builds, those that were of use longest ago first, until what is left has at most so many bytes; null for no limit.</summary>
    public long? KeepBytes { get; init; }

    /// <summary>All records of builds, and all that has come of transfers that ended early.</summary>
    public bool All { get; init; }

    /// <summary>Whether the names of images go as records do, by when they were set. Without it no image loses a file.</summary>
    public bool IncludeImages { get; init; }

    /// <summary>Whether nothing is removed and only the report is made.</summary>
    public bool DryRun { get; init; }
}
