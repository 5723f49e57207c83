using GGUFPacker.Estimation.Graphs;

namespace GGUFPacker.Estimation.Scheduling;

/// <summary>What runs operations (ggml_backend): a device, or the CPU, which comes last and takes what no other does.</summary>
internal sealed class Backend
{
    /// <summary>The device's place, or -1 for the CPU.</summary>
    public required int Device { get; init; }

    /// <summary>Where its results are allocated. The CPU's may be memory of the host that a device reads directly.</summary>
    public required BufferType Compute { get; init; }

    /// <summary>The smallest batch for which it takes an operation on the host's weights; 0 for never.</summary>
    public int OffloadBatch { get; init; }

    public bool IsCpu => Device < 0;

    /// <summary>ggml_backend_supports_buft.</summary>
    public bool Supports(BufferType buffer) => IsCpu ? buffer.IsHost || buffer.IsCpuExtra : buffer.Device == Device;

    /// <summary>ggml_backend_supports_op.</summary>
    public bool Supports(GraphTensor operation) => IsCpu || CudaSupport.Supports(operation, Device);

    /// <summary>ggml_backend_offload_op: whether copying the weights pays off.</summary>
    public bool Offloads(GraphTensor operation) => OffloadBatch > 0 && BatchSize(operation) >= OffloadBatch;

    private static long BatchSize(GraphTensor operation) => operation.Operation switch
    {
        GraphOperation.GetRows => 0,
        GraphOperation.MulMat => operation.Ne[1],
        GraphOperation.MulMatId or GraphOperation.Rope => operation.Ne[2],
        _ => operation.Ne[1] * operation.Ne[2] * operation.Ne[3],
    };
}
