using System.Collections.Immutable;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Caches;

/// <summary>Lays out one attention cache (the constructor of llama_kv_cache).</summary>
internal sealed class AttentionCacheBuilder(ModelShape shape, ResolvedContext context, Placement placement)
{
    // What rotation before quantizing works in (attn_rot_k).
    private const int RotationLength = 64;

    public required AttentionCacheKind Kind { get; init; }

    public required long Cells { get; init; }

    public int Streams { get; init; } = context.Streams;

    /// <summary>Which layers the cache is for.</summary>
    public required Func<int, bool> Filter { get; init; }

    /// <summary>Elements of one head's keys, if they are not the layer's own: an indexer has one head of another length.</summary>
    public int? SingleKeyLength { get; init; }

    /// <summary>Whether values are not stored: latent attention makes them of the keys.</summary>
    public bool KeysOnly { get; init; } = shape.IsLatent;

    /// <summary>Whether keys are rotated whatever their type.</summary>
    public bool AlwaysRotatesKeys { get; init; }

    public AttentionCache Build()
    {
        var layers = ImmutableArray.CreateBuilder<AttentionCacheLayer>();
        var places = new int[shape.Layers];
        Array.Fill(places, -1);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            if (shape.HasCache(layer) && Filter(layer))
            {
                places[layer] = layers.Count;
                layers.Add(new AttentionCacheLayer(layer, context.OffloadCache ? placement.LayerDevices[layer] : Placement.Host, KeyColumns(layer), ValueColumns(layer)));
            }
        }

        ReuseLayers(places);
        return new AttentionCache
        {
            Kind = Kind,
            Cells = Cells,
            Streams = Streams,
            KeyType = context.KeyType,
            ValueType = context.ValueType,
            TransposedValues = context.TransposedValues,
            Layers = layers.ToImmutable(),
            LayerPlaces = [.. places],
            RotatesKeys = AlwaysRotatesKeys || Rotates(context.KeyType, layers, KeyLength),
            RotatesValues = !KeysOnly && Rotates(context.ValueType, layers, shape.ValueLength),
        };
    }

    private int KeyLength(int layer) => SingleKeyLength ?? shape.KeyLength(layer);

    private long KeyColumns(int layer) => SingleKeyLength ?? shape.KeyColumns(layer);

    // Transposed values of layers that differ are padded to the largest.
    private long ValueColumns(int layer)
    {
        if (KeysOnly)
        {
            return 0;
        }

        return context.TransposedValues ? Enumerable.Range(0, shape.Layers).Max(ValueColumnsOf) : ValueColumnsOf(layer);
    }

    private long ValueColumnsOf(int layer) => SingleKeyLength is null ? shape.ValueColumns(layer) : shape.ValueLength(layer);

    // The last layers of Gemma 3n and 4 read what the last layers with a cache of their own have written.
    private void ReuseLayers(int[] places)
    {
        if (shape.LayersWithCache < 0)
        {
            return;
        }

        for (var layer = shape.LayersWithCache; layer < shape.Layers; layer++)
        {
            var source = shape.LayersWithCache - (shape.SlidingWindowLayers[layer] ? 2 : 1);
            if (Filter(layer) && source >= 0)
            {
                places[layer] = places[source];
            }
        }
    }

    private static bool Rotates(TensorType type, ImmutableArray<AttentionCacheLayer>.Builder layers, Func<int, int> length)
    {
        if (!type.IsQuantized || layers.Count == 0 || length(0) % RotationLength != 0)
        {
            return false;
        }

        var first = length(layers[0].Layer);
        return first > 0 && layers.All(layer => length(layer.Layer) == first);
    }
}
