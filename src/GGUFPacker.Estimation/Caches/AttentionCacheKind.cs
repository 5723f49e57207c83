namespace GGUFPacker.Estimation.Caches;

/// <summary>What an attention cache is for.</summary>
internal enum AttentionCacheKind
{
    /// <summary>Layers that see the whole context.</summary>
    Full,

    /// <summary>Layers that see a window.</summary>
    SlidingWindow,

    /// <summary>Keys of the indexer of sparse attention.</summary>
    Indexer,

    /// <summary>Keys of short runs of tokens that were compressed into one (DeepSeek V4's compressed sparse attention).</summary>
    Compressed,

    /// <summary>Keys of long runs (its heavily compressed attention).</summary>
    HeavilyCompressed,
}
