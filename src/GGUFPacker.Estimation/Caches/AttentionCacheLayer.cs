namespace GGUFPacker.Estimation.Caches;

/// <summary>One layer's part of an attention cache.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Device">Where it lies: a device's place, or the host.</param>
/// <param name="KeyColumns">Elements of one token's keys, over all heads (n_embd_k_gqa).</param>
/// <param name="ValueColumns">Elements of one token's values; 0 if there are none (MLA).</param>
internal sealed record AttentionCacheLayer(int Layer, int Device, long KeyColumns, long ValueColumns);
