using System.Collections.Immutable;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;

namespace GGUFPacker.Estimation.Caches;

/// <summary>Decides what a context remembers (llama_model::create_memory).</summary>
internal static class CachePlanner
{
    public static CachePlan Plan(ModelShape shape, ResolvedContext context, Placement placement)
    {
        if (Architectures.IsCacheless(shape.Architecture))
        {
            return CachePlan.Nothing;
        }

        var layers = ImmutableArray.CreateBuilder<AttentionCacheLayer>();
        var places = new int[shape.Layers];
        Array.Fill(places, -1);
        for (var layer = 0; layer < shape.TrunkLayers; layer++)
        {
            if (shape.HasCache(layer) && !shape.RecurrentLayers[layer])
            {
                places[layer] = layers.Count;
                layers.Add(new AttentionCacheLayer(layer, context.OffloadCache ? placement.LayerDevices[layer] : Placement.Host, shape.KeyColumns(layer), shape.IsLatent ? 0 : shape.ValueColumns(layer)));
            }
        }

        return new CachePlan(
            [
                new AttentionCache
                {
                    Kind = AttentionCacheKind.Full,
                    Cells = context.ContextPerSequence,
                    Streams = context.Streams,
                    KeyType = context.KeyType,
                    ValueType = context.ValueType,
                    TransposedValues = context.TransposedValues,
                    Layers = layers.ToImmutable(),
                    LayerPlaces = [.. places],
                },
            ],
            null);
    }
}
