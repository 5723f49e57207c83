using System.Collections.Immutable;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Placements;

/// <summary>
/// The first buffer of a list that the weight's operation can work from (select_weight_buft). On a device that is the device's own, then the host's;
/// on the host it is pinned memory, then the layout of the CPU's kernels, then plain memory.
/// </summary>
internal sealed class BufferChoice(ModelShape shape, EstimateOptions options, ImmutableArray<PlacedDevice> devices)
{
    // The first device that has pinned memory lends it to all.
    private readonly PlacedDevice? _pinned = options.PinnedHostMemory ? devices.FirstOrDefault(device => device.Traits.HasPinnedMemory) : null;

    /// <summary>Where a weight lies that belongs to a device, or to the host.</summary>
    public (BufferKind Kind, int Device) Choose(TensorInfo tensor, TensorUse use, int device)
    {
        if (device != Placement.Host && Runs(devices[device], tensor, use))
        {
            return (BufferKind.Device, device);
        }

        if (_pinned is not null && Runs(_pinned, tensor, use))
        {
            // A mapped file's pages need no pinned memory.
            return (options.MemoryMap ? BufferKind.Host : BufferKind.PinnedHost, Placement.Host);
        }

        return options.RepackWeights && RepackedTypes.Includes(tensor, use, options.HostInstructions)
            ? (BufferKind.Repacked, Placement.Host)
            : (BufferKind.Host, Placement.Host);
    }

    // What ggml-cuda.cu has no kernels for stays on the host; of the other backends the same is taken to hold.
    private bool Runs(PlacedDevice device, TensorInfo tensor, TensorUse use)
    {
        if (device.Device.Kind == ComputeDeviceKind.Cpu)
        {
            return true;
        }

        if (use == TensorUse.Elementwise)
        {
            return tensor.Type is TensorType.F32 or TensorType.F16;
        }

        if (use is TensorUse.Convolve or TensorUse.Scan)
        {
            return use == TensorUse.Convolve ? tensor.Rows % 128 == 0 : Scans(tensor);
        }

        return tensor.Type switch
        {
            TensorType.TQ1_0 or TensorType.TQ2_0 or TensorType.Q8_1 => false,
            TensorType.IQ4_NL or TensorType.MXFP4 when use == TensorUse.TakeRows => tensor.Columns % 256 == 0,
            TensorType.NVFP4 or TensorType.I64 when use == TensorUse.TakeRows => false,
            _ => true,
        };
    }

    // Mamba 2 has one decay for each head, Mamba one for each element of its states.
    private bool Scans(TensorInfo decay)
    {
        var (columns, heads) = (decay.Columns, Math.Max(decay.Rows, 1));
        return columns == 1
            ? shape.StateLength is 128 or 256 && shape.InnerLength / heads % 16 == 0
            : columns == 16 && shape.InnerLength / heads == 1 && heads % 128 == 0 && shape.StateGroups <= 1;
    }
}
