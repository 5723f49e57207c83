namespace GGUFPacker.Estimation.Caches;

/// <summary>A state of a layer, in F32: a compressor's (DeepSeek V4) or a convolution's over n-grams (Qwen 4).</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Device">Where it lies: a device's place, or the host.</param>
/// <param name="Columns">Elements of one row.</param>
/// <param name="Rows">Rows over all sequences.</param>
internal sealed record CacheState(int Layer, int Device, long Columns, long Rows);
