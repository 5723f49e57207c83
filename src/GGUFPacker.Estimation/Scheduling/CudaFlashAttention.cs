using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Scheduling;

/// <summary>
/// The CUDA backend's fused attention: for which shapes there is a kernel, and the memory that it takes besides its result
/// (ggml_cuda_get_best_fattn_kernel and ggml_cuda_flash_attn_ext_get_alloc_size of ggml-cuda's fattn.cu).
/// </summary>
internal static class CudaFlashAttention
{
    /// <summary>FATTN_KQ_STRIDE: what the number of cells must be a multiple of for kernels that share keys among queries.</summary>
    private const int CellStride = 256;

    /// <summary>Where a converted copy begins.</summary>
    private const int CopyAlignment = 128;

    public static bool Supports(GraphTensor attention)
    {
        var (q, k, v) = (attention.Sources[0]!, attention.Sources[1]!, attention.Sources[2]!);
        if (k.Ne[2] == 0 || !CanRead(k.Type) || !CanRead(v.Type))
        {
            return false;
        }

        var queriesPerKey = q.Ne[2] / k.Ne[2];
        return k.Ne[0] switch
        {
            40 or 64 or 72 or 80 or 96 or 112 or 128 or 256 => v.Ne[0] == k.Ne[0],
            192 => v.Ne[0] == 128 && SharesKeys(attention) && queriesPerKey % 8 == 0,
            320 => v.Ne[0] == 256 && SharesKeys(attention) && queriesPerKey % 32 == 0,
            512 => v.Ne[0] == k.Ne[0] && SharesKeys(attention),
            576 => v.Ne[0] == 512 && SharesKeys(attention),
            _ => false,
        };
    }

    /// <summary>The result's bytes, and those of F16 copies of keys and values that are stored in another type.</summary>
    public static long AllocationBytes(GraphTensor attention)
    {
        var (k, v) = (attention.Sources[1]!, attention.Sources[2]!);
        var end = attention.ByteCount;
        if (!Supports(attention) || ReadsWithoutCopies(attention))
        {
            return end;
        }

        checked
        {
            var halfBytes = TypeSizes.BlockBytes(TensorType.F16);
            if (k.Type != TensorType.F16)
            {
                end = Align(end) + (k.ElementCount * halfBytes);
            }

            // Values that are a part of the keys, as with latent attention, are converted with them.
            var isPartOfKeys = v.ViewSource is not null && (v.ViewSource == k || (v.ViewSource == k.ViewSource && v.ViewOffset == k.ViewOffset));
            if (v.Type != TensorType.F16 && !isPartOfKeys)
            {
                end = Align(end) + (v.ElementCount * halfBytes);
            }

            return end;
        }
    }

    /// <summary>Whether the kernel for one or two tokens is taken, which reads every stored type (GPUs from Ada Lovelace on).</summary>
    private static bool ReadsWithoutCopies(GraphTensor attention)
    {
        var (q, k, v) = (attention.Sources[0]!, attention.Sources[1]!, attention.Sources[2]!);
        if (q.Ne[0] > 256 || q.Ne[0] % 64 != 0 || q.Ne[0] == 192 || k.Ne[1] % CellStride != 0 || k.Type == TensorType.F32 || v.Type == TensorType.F32)
        {
            return false;
        }

        if (!k.IsQuantized && !v.IsQuantized)
        {
            var queriesPerKey = q.Ne[2] / k.Ne[2];
            return q.Ne[1] == 1 && ((q.Ne[3] == 1 && !(queriesPerKey > 4 && (q.Ne[0] >= 256 || k.Ne[1] >= 8192))) || !SharesKeys(attention));
        }

        return q.Ne[1] <= 2 || (q.Ne[1] == 1 && !SharesKeys(attention));
    }

    /// <summary>Whether several queries share a read of the keys (gqa_opt_applies).</summary>
    private static bool SharesKeys(GraphTensor attention)
    {
        var (q, k, mask) = (attention.Sources[0]!, attention.Sources[1]!, attention.Sources[3]);
        if (q.Ne[2] / k.Ne[2] < 2 || mask is null || k.Ne[1] % CellStride != 0)
        {
            return false;
        }

        for (var i = 0; i < 4; i++)
        {
            if (attention.Sources[i] is { IsQuantized: false } tensor && (tensor.Nb[1] % 16 != 0 || tensor.Nb[2] % 16 != 0 || tensor.Nb[3] % 16 != 0))
            {
                return false;
            }
        }

        return true;
    }

    private static bool CanRead(TensorType type) =>
        type is TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.Q4_0 or TensorType.Q4_1 or TensorType.Q5_0 or TensorType.Q5_1 or TensorType.Q8_0;

    private static long Align(long bytes) => checked(bytes + CopyAlignment - 1) / CopyAlignment * CopyAlignment;
}
