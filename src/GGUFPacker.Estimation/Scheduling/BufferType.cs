using GGUFPacker.Estimation.Graphs;

namespace GGUFPacker.Estimation.Scheduling;

/// <summary>A kind of memory and its rules of allocation (ggml_backend_buffer_type).</summary>
internal sealed class BufferType
{
    /// <summary>How messages call it.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the CPU can compute on it directly.</summary>
    public bool IsHost { get; init; }

    /// <summary>Whether it holds weights in the layout of the CPU's own kernels, which only the CPU reads.</summary>
    public bool IsCpuExtra { get; init; }

    /// <summary>The device's place, or -1 for the host.</summary>
    public int Device { get; init; } = -1;

    /// <summary>What each tensor's size is rounded up to.</summary>
    public required int Alignment { get; init; }

    /// <summary>What rows of quantized tensors are padded to, in elements; 0 for none (ggml-cuda's MATRIX_ROW_PADDING).</summary>
    public int RowPadding { get; init; }

    /// <summary>Whether a fused attention also gets room for F16 copies of keys and values that are stored otherwise (ggml-cuda's fattn.cu).</summary>
    public bool ConvertsAttentionCache { get; init; }

    /// <summary>The largest single buffer; larger graphs get several (ggml_backend_buft_get_max_size).</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>The bytes that a tensor takes here, before alignment (ggml_backend_buft_get_alloc_size).</summary>
    public long AllocationBytes(GraphTensor tensor)
    {
        var bytes = ConvertsAttentionCache && tensor.Operation == GraphOperation.FlashAttnExt
            ? CudaFlashAttention.AllocationBytes(tensor)
            : tensor.ByteCount;
        if (RowPadding > 0 && tensor.IsQuantized && tensor.Ne[0] % RowPadding is not 0 and var rest)
        {
            bytes = checked(bytes + TypeSizes.RowBytes(tensor.Type, RowPadding - rest));
        }

        return bytes;
    }
}
