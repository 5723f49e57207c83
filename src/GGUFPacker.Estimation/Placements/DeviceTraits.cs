using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Placements;

/// <summary>How a backend allocates: what ggml's buffer type and device say about themselves (ggml v0.5.0's ggml-cuda.cu and its siblings).</summary>
internal sealed record DeviceTraits
{
    /// <summary>What every tensor's size is rounded up to.</summary>
    public required int Alignment { get; init; }

    /// <summary>What the rows of quantized tensors are padded to, in elements; 0 for none.</summary>
    public int RowPadding { get; init; }

    /// <summary>Whether the backend has memory of the host that it reads directly.</summary>
    public bool HasPinnedMemory { get; init; }

    /// <summary>Whether a device's buffer can be the host's pages, so that a mapped file needs no copy.</summary>
    public bool MapsHostMemory { get; init; }

    /// <summary>Whether it works asynchronously and has events: a pipeline needs both.</summary>
    public bool HasPipeline { get; init; }

    /// <summary>The smallest batch for which it takes operations on the host's weights; 0 for never.</summary>
    public int OffloadBatch { get; init; }

    /// <summary>Whether it can split a matrix' rows between devices.</summary>
    public bool SplitsRows { get; init; }

    /// <summary>The backend of a kind of device.</summary>
    public static DeviceTraits Of(ComputeDeviceKind kind) => kind switch
    {
        ComputeDeviceKind.Cuda => Cuda,
        ComputeDeviceKind.Metal => Metal,
        ComputeDeviceKind.Vulkan => Vulkan,
        ComputeDeviceKind.Sycl => Sycl,
        ComputeDeviceKind.Rpc => Rpc,
        _ => Host,
    };

    /// <summary>The CPU backend: TENSOR_ALIGNMENT.</summary>
    public static DeviceTraits Host { get; } = new() { Alignment = 32, MapsHostMemory = true };

    /// <summary>Bytes that a tensor takes in a buffer of its own kind: the last row of quantized ones is padded, and all of it is rounded up.</summary>
    public long AllocatedBytes(TensorType type, long columns, long rows)
    {
        var bytes = checked(type.RowBytes(columns) * rows);
        var rest = RowPadding == 0 || !type.IsQuantized ? 0 : columns % RowPadding;
        if (rest != 0)
        {
            bytes += type.RowBytes(RowPadding - rest);
        }

        return checked((bytes + Alignment - 1) / Alignment * Alignment);
    }

    private static DeviceTraits Cuda { get; } = new()
    {
        Alignment = 128,
        RowPadding = 512,
        HasPinnedMemory = true,
        HasPipeline = true,
        OffloadBatch = 32,
        SplitsRows = true,
    };

    private static DeviceTraits Metal { get; } = new() { Alignment = 32, MapsHostMemory = true, OffloadBatch = 32 };

    private static DeviceTraits Vulkan { get; } = new() { Alignment = 128, HasPinnedMemory = true, HasPipeline = true, OffloadBatch = 32 };

    private static DeviceTraits Sycl { get; } = new() { Alignment = 128, RowPadding = 512, HasPinnedMemory = true, OffloadBatch = 32, SplitsRows = true };

    private static DeviceTraits Rpc { get; } = new() { Alignment = 128, RowPadding = 512, HasPipeline = true };
}
