using System.Collections.Immutable;
using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Compute;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation;

/// <summary>Sums the parts of an estimate by buffer and by device.</summary>
internal static class EstimateReport
{
    public static MemoryEstimate Of(
        ModelShape shape, EstimateOptions options, ResolvedContext context, Placement placement, CachePlan caches, ComputeBuffers compute, IReadOnlyList<ComputeDevice> devices)
    {
        var buffers = new BufferSums(placement, options);
        foreach (var weight in placement.Weights)
        {
            buffers.AddWeight(weight);
        }

        foreach (var cache in caches.Attention)
        {
            foreach (var layer in cache.Layers)
            {
                buffers.AddCache(layer.Device, cache.KeyType.RowBytes(layer.KeyColumns) * cache.Cells * cache.Streams);
                buffers.AddCache(layer.Device, cache.ValueType.RowBytes(layer.ValueColumns) * cache.Cells * cache.Streams);
            }
        }

        if (caches.Recurrent is { } recurrent)
        {
            foreach (var (_, device) in recurrent.Layers)
            {
                buffers.AddCache(device, sizeof(float) * recurrent.RollingColumns * recurrent.Rows);
                buffers.AddCache(device, sizeof(float) * recurrent.StateColumns * recurrent.Rows);
            }
        }

        var output = OutputBytes(shape, context);
        buffers.SetCompute(compute);
        var host = devices.FirstOrDefault(device => device.Kind == ComputeDeviceKind.Cpu) ?? new ComputeDevice("CPU", ComputeDeviceKind.Cpu, 0);
        var layerDevices = placement.LayerDevices.Add(placement.OutputDevice)
            .Select(device => device == Placement.Host ? (int?)null : placement.Devices[device].Index).ToImmutableArray();
        return new MemoryEstimate
        {
            Architecture = shape.Architecture,
            Confidence = compute.IsExact ? EstimateConfidence.Exact : EstimateConfidence.Approximate,
            Resolved = context,
            Host = buffers.Sum(null, host, output, 0, layerDevices),
            Devices = [.. devices.Where(device => device.Kind != ComputeDeviceKind.Cpu).Select((device, i) => buffers.Sum(i, device, 0, Staging(placement, compute, i), layerDevices))],
            Buffers = buffers.ToImmutable(),
            Output = output,
            LayerDevices = layerDevices,
        };
    }

    private static long Staging(Placement placement, ComputeBuffers compute, int index)
    {
        for (var i = 0; i < placement.Devices.Length; i++)
        {
            if (placement.Devices[i].Index == index)
            {
                return compute.Staging[i];
            }
        }

        return 0;
    }

    /// <summary>Logits and embeddings of one token for each sequence (llama_context::output_reserve).</summary>
    private static long OutputBytes(ModelShape shape, ResolvedContext context)
    {
        var floats = (long)shape.Vocabulary * context.Sequences;
        if (context.Embeddings)
        {
            floats += (long)shape.OutputEmbeddingLength * context.Sequences;
        }

        return sizeof(float) * floats;
    }
}
