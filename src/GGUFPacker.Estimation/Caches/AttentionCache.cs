using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Caches;

/// <summary>Keys and values of some layers (llama_kv_cache).</summary>
internal sealed record AttentionCache
{
    public required AttentionCacheKind Kind { get; init; }

    /// <summary>Tokens for which there is room in each stream (kv_size).</summary>
    public required long Cells { get; init; }

    /// <summary>1 if the sequences share the cells, otherwise their number.</summary>
    public required int Streams { get; init; }

    public required TensorType KeyType { get; init; }

    public required TensorType ValueType { get; init; }

    /// <summary>Whether values are stored transposed (without flash attention).</summary>
    public required bool TransposedValues { get; init; }

    /// <summary>The layers that have keys and values of their own.</summary>
    public required ImmutableArray<AttentionCacheLayer> Layers { get; init; }

    /// <summary>For each layer of the model the place in <see cref="Layers"/> that it reads, or -1.</summary>
    public required ImmutableArray<int> LayerPlaces { get; init; }

    /// <summary>Whether keys and values are another model's, so that they take no memory here.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether keys and queries are rotated before they are quantized (attn_rot_k).</summary>
    public bool RotatesKeys { get; init; }

    /// <summary>Whether values are rotated before they are quantized (attn_rot_v).</summary>
    public bool RotatesValues { get; init; }
}
