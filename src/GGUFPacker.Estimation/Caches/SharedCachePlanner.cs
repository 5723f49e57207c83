using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;

namespace GGUFPacker.Estimation.Caches;

/// <summary>
/// The caches of a drafter that has none of its own (llama_kv_cache with mem_other): each of its layers reads what the target's last layer of the same kind has
/// written, where that lies and in as many cells.
/// </summary>
/// <param name="shape">The drafter.</param>
/// <param name="context">Its context.</param>
/// <param name="placement">Where its layers lie.</param>
internal sealed class SharedCachePlanner(ModelShape shape, ResolvedContext context, Placement placement)
{
    /// <exception cref="EstimateException">The target has no such caches.</exception>
    public CachePlan Plan(ModelShape targetShape, Placement targetPlacement, CachePlan target) => new(
        [
            Share(target, AttentionCacheKind.Full, targetShape.TrunkLayers - 1, targetPlacement),
            Share(target, AttentionCacheKind.SlidingWindow, targetShape.TrunkLayers - 2, targetPlacement),
        ],
        null);

    private AttentionCache Share(CachePlan target, AttentionCacheKind kind, int targetLayer, Placement targetPlacement)
    {
        var layers = Enumerable.Range(0, shape.Layers).Where(layer => shape.SlidingWindowLayers[layer] == (kind == AttentionCacheKind.SlidingWindow)).ToArray();
        if (target.Find(kind) is not { Layers: [_, ..] } cache || targetLayer < 0)
        {
            throw new EstimateException($"The {shape.Architecture} model drafts for one that has layers with a window and others without.");
        }

        // A layer that is not of that kind has no place, and llama.cpp then takes the first.
        var source = cache.Layers[Math.Max(0, cache.LayerPlaces[targetLayer])];
        var device = placement.PlaceOf(source.Device, targetPlacement);
        var places = new int[shape.Layers];
        Array.Fill(places, -1);
        for (var i = 0; i < layers.Length; i++)
        {
            places[layers[i]] = i;
        }

        return cache with
        {
            Streams = context.Streams,
            TransposedValues = context.TransposedValues,
            IsShared = true,
            Layers = [.. layers.Select(layer => source with { Layer = layer, Device = device })],
            LayerPlaces = [.. places],
        };
    }
}
