namespace GGUFPacker.Build.Embedded.Files;

/// <summary>Where a content of the store is from; a higher one wins.</summary>
internal enum ContentOrigin
{
    /// <summary>The store had it.</summary>
    Reused,

    /// <summary>This build wrote it.</summary>
    Written,

    /// <summary>This build fetched it.</summary>
    Downloaded,
}
