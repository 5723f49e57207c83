using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Scheduling;

/// <summary>Which operations the CUDA backend runs (ggml_backend_cuda_device_supports_op of ggml-cuda.cu), for those that the templates use.</summary>
internal static class CudaSupport
{
    public static bool Supports(GraphTensor operation, int device)
    {
        var sources = operation.Sources;
        foreach (var source in sources)
        {
            // Memory of another device is out of reach.
            if (source?.Buffer is { Device: >= 0 } buffer && buffer.Device != device)
            {
                return false;
            }
        }

        switch (operation.Operation)
        {
            case GraphOperation.Unary:
            case GraphOperation.GroupNorm:
                return sources[0]!.IsContiguous;
            case GraphOperation.Im2Col:
                return sources[0]!.IsContiguous && sources[1]!.IsContiguous;
            case GraphOperation.Glu:
                return sources[0]!.IsContiguousFrom(1);
            case GraphOperation.MulMat:
            case GraphOperation.MulMatId:
                return !(operation.Operation == GraphOperation.MulMatId && operation.KeepsOperandPrecision) && Multiplies(sources[0]!, sources[1]!);
            case GraphOperation.GetRows:
                return GetsRows(sources[0]!);
            case GraphOperation.SetRows:
                return SetsRows(operation.Type, sources[0]!.Type);
            case GraphOperation.Set:
                return operation.Type is TensorType.F32 or TensorType.I32 && sources[0]!.Type == operation.Type && sources[1]!.Type == operation.Type;
            case GraphOperation.Cpy:
                return Copies(sources[0]!, sources[1]!);
            case GraphOperation.Repeat:
                return sources[0]!.Type is TensorType.F32 or TensorType.F16;
            case GraphOperation.Concat:
                return Joins(operation);
            case GraphOperation.Norm:
            case GraphOperation.RmsNorm:
            case GraphOperation.L2Norm:
                return sources[0]!.HasContiguousRows;
            case GraphOperation.Add:
            case GraphOperation.Sub:
            case GraphOperation.Mul:
            case GraphOperation.Div:
                return IsFloat(sources[0]!.Type) && IsFloat(sources[1]!.Type) && IsFloat(operation.Type);
            case GraphOperation.SsmScan:
                return Scans(operation);
            case GraphOperation.SsmConv:
                return sources[0]!.Ne[1] % 128 == 0;
            case GraphOperation.Rope:
                return sources[0]!.Nb[0] == TypeSizes.BlockBytes(sources[0]!.Type) && sources[0]!.IsContiguousFrom(2);
            case GraphOperation.SumRows:
            case GraphOperation.Mean:
                return sources[0]!.Type == TensorType.F32 && sources[0]!.HasContiguousRows;
            case GraphOperation.FlashAttnExt:
                return CudaFlashAttention.Supports(operation);
            case GraphOperation.LightningIndexer:
                return Indexes(sources[0]!, sources[1]!);
            default:
                return true;
        }
    }

    private static bool IsFloat(TensorType type) => type is TensorType.F32 or TensorType.F16;

    private static bool Multiplies(GraphTensor a, GraphTensor b)
    {
        if (a.Nb[0] != TypeSizes.BlockBytes(a.Type) || b.Nb[0] != TypeSizes.BlockBytes(b.Type) || (b.Type == TensorType.F16 && a.Type != TensorType.F16))
        {
            return false;
        }

        return a.Type is TensorType.F32 or TensorType.F16 or TensorType.BF16
            || (a.IsQuantized && a.Type is not (TensorType.Q8_1 or TensorType.TQ1_0 or TensorType.TQ2_0));
    }

    private static bool Joins(GraphTensor result)
    {
        var (a, b) = (result.Sources[0]!, result.Sources[1]!);
        if (a.Type != b.Type || !a.IsQuantized)
        {
            return a.Type == b.Type;
        }

        var blockLength = TypeSizes.BlockLength(a.Type);
        var dimensions = result.Ne[3] != a.Ne[3] ? Dimensions.Count : Dimensions.Count - 1;
        return a.IsContiguousTo(dimensions) && b.IsContiguousTo(dimensions) && a.Ne[0] % blockLength == 0 && b.Ne[0] % blockLength == 0;
    }

    private static bool GetsRows(GraphTensor a) => a.Type switch
    {
        TensorType.F16 or TensorType.F32 or TensorType.BF16 or TensorType.I32 => true,
        // Blocks of 32 are read in runs of 256.
        TensorType.IQ4_NL or TensorType.MXFP4 => a.Ne[0] % 256 == 0,
        TensorType.Q8_1 or TensorType.Q8_K or TensorType.TQ1_0 or TensorType.TQ2_0 or TensorType.NVFP4 => false,
        _ => a.IsQuantized,
    };

    private static bool SetsRows(TensorType destination, TensorType source) => destination switch
    {
        TensorType.F16 => IsFloat(source),
        TensorType.F32 or TensorType.BF16 or TensorType.Q4_0 or TensorType.Q4_1 or TensorType.Q5_0 or TensorType.Q5_1 or TensorType.Q8_0 or TensorType.IQ4_NL =>
            source == TensorType.F32,
        _ => false,
    };

    private static bool Copies(GraphTensor from, GraphTensor to)
    {
        static bool IsAnyFloat(TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16;
        static bool IsSimpleBlock(TensorType type) => type is TensorType.Q8_0 or TensorType.Q4_0 or TensorType.Q4_1 or TensorType.Q5_0 or TensorType.Q5_1;

        return (IsAnyFloat(from.Type) && IsAnyFloat(to.Type))
            || (from.Type == TensorType.F32 && (IsSimpleBlock(to.Type) || to.Type is TensorType.IQ4_NL or TensorType.I32))
            || (to.Type == TensorType.F32 && (IsSimpleBlock(from.Type) || from.Type == TensorType.I32))
            || (from.Type == TensorType.I32 && to.Type == TensorType.I32)
            || (from.Type == to.Type && from.IsContiguous && to.IsContiguous);
    }

    // ggml_cuda_lightning_indexer_supported of lightning-indexer.cu.
    private static bool Indexes(GraphTensor q, GraphTensor k) =>
        q.Ne[0] == 128 && q.Ne[1] is 32 or 64 && IsAligned(q) && IsAligned(k)
        && k.Type is TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.Q4_0 or TensorType.Q4_1 or TensorType.Q5_0 or TensorType.Q5_1 or TensorType.Q8_0;

    private static bool IsAligned(GraphTensor tensor) => tensor.IsQuantized || (tensor.Nb[1] % 16 == 0 && tensor.Nb[2] % 16 == 0 && tensor.Nb[3] % 16 == 0);

    private static bool Scans(GraphTensor scan)
    {
        var state = scan.Sources[0]!;
        return scan.Sources[3]!.Ne[0] == 1
            ? state.Ne[0] is 128 or 256 && state.Ne[1] % 16 == 0
            : state.Ne[0] == 16 && state.Ne[1] == 1 && state.Ne[2] % 128 == 0 && scan.Sources[4]!.Ne[1] == 1;
    }
}
