using System.Collections.Immutable;
using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Compute;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Estimation;

/// <summary>Sums the parts of an estimate by buffer and by device.</summary>
internal static class EstimateReport
{
    public static MemoryEstimate Of(
        ModelShape shape,
        EstimateOptions options,
        ResolvedContext context,
        Placement placement,
        CachePlan caches,
        ComputeBuffers compute,
        IReadOnlyList<ComputeDevice> devices)
    {
        var buffers = new BufferSums(placement, options);
        var offsets = TensorOffsets(shape.Header);
        foreach (var weight in placement.Weights)
        {
            buffers.AddWeight(weight, offsets[weight.Index]);
        }

        buffers.AddCaches(caches);
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

    // Where tensors lie in a file that has them in this order; of a split model as if it were one file.
    private static long[] TensorOffsets(ModelHeader header)
    {
        var alignment = header.Metadata.GetInteger("general.alignment") is > 0 and var given ? given : GgufHeader.DefaultAlignment;
        var offsets = new long[header.Tensors.Length];
        var offset = 0L;
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = offset;
            offset = checked((offset + header.Tensors[i].ByteLength + alignment - 1) / alignment * alignment);
        }

        return offsets;
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
        if (context.Embeddings || shape.Architecture == "t5")
        {
            floats += (long)shape.OutputEmbeddingLength * context.Sequences;
        }

        return sizeof(float) * floats;
    }
}
