using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// Q3_K, one block of 256 at a time. Without an importance each sub-block of 16 gets its codes and scale from <see cref="RefinedSearchScalar"/>, and the scale
/// of largest magnitude that of the block; with one, sub-blocks and then their scales are searched by <see cref="SymmetricSearchScalar"/>. All elements are
/// then rounded anew to the scales as they are stored.
/// </summary>
internal static class Q3_KScalar
{
    private const int SubLength = Q3_KBlock.SubLength;

    /// <summary>Quantizes whole blocks; with an importance, whole rows.</summary>
    public static void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        for (var done = 0; done < source.Length; done += Q3_KBlock.Length, destination = destination[Q3_KBlock.BlockBytes..])
        {
            var weights = importance.IsEmpty ? importance : importance.Slice(done % importance.Length, Q3_KBlock.Length);
            QuantizeBlock(source.Slice(done, Q3_KBlock.Length), weights, destination[..Q3_KBlock.BlockBytes]);
        }
    }

    /// <summary>Quantizes one block, with the importance of its elements or none.</summary>
    public static void QuantizeBlock(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Q3_KBlock.Length];
        Span<float> scales = stackalloc float[Q3_KBlock.SubBlocks];
        if (importance.IsEmpty)
        {
            for (var j = 0; j < Q3_KBlock.SubBlocks; j++)
            {
                scales[j] = RefinedSearchScalar.Search(x.Slice(j * SubLength, SubLength), Q3_KBlock.Half, codes[(j * SubLength)..]);
            }

            Q3_KBlock.WriteScales(scales, block);
        }
        else
        {
            WriteWeighted(x, importance, scales, codes, block);
        }

        Q3_KBlock.ReadScales(block, scales);
        for (var i = 0; i < Q3_KBlock.Length; i++)
        {
            // A scale that vanished leaves the codes of the search.
            if (scales[i / SubLength] != 0)
            {
                codes[i] = (byte)(Q3_KBlock.Half + SymmetricSearchScalar.Code(x[i] / scales[i / SubLength], Q3_KBlock.Half));
            }
        }

        Q3_KBlock.PackCodes(codes, block);
    }

    /// <summary>Restores whole blocks: scale * (code - 4).</summary>
    public static void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        Span<byte> codes = stackalloc byte[Q3_KBlock.Length];
        Span<float> scales = stackalloc float[Q3_KBlock.SubBlocks];
        for (; destination.Length >= Q3_KBlock.Length; source = source[Q3_KBlock.BlockBytes..], destination = destination[Q3_KBlock.Length..])
        {
            var block = source[..Q3_KBlock.BlockBytes];
            Q3_KBlock.ReadScales(block, scales);
            Q3_KBlock.UnpackCodes(block, codes);
            for (var j = 0; j < Q3_KBlock.SubBlocks; j++)
            {
                CodeExpansion.Symmetric(codes.Slice(j * SubLength, SubLength), Q3_KBlock.Half, scales[j], destination[(j * SubLength)..]);
            }
        }
    }

    private static void WriteWeighted(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, Span<float> scales, Span<byte> codes, Span<byte> block)
    {
        Span<float> weights = stackalloc float[SubLength];
        Span<float> sumsOfWeights = stackalloc float[Q3_KBlock.SubBlocks];
        var sigma2 = 2 * ImportanceWeights.SumOfSquares(x) / Q3_KBlock.Length;
        for (var j = 0; j < Q3_KBlock.SubBlocks; j++)
        {
            var sub = x.Slice(j * SubLength, SubLength);
            ImportanceWeights.Weigh(sub, importance[(j * SubLength)..], sigma2, weights);
            sumsOfWeights[j] = ImportanceWeights.Sum(weights);
            scales[j] = SymmetricSearchScalar.Search(sub, weights, Q3_KBlock.Half, codes[(j * SubLength)..]);
        }

        Span<byte> subScales = stackalloc byte[Q3_KBlock.SubBlocks];
        var scale = SymmetricSearchScalar.Search(scales, sumsOfWeights, Q3_KBlock.HalfScale, subScales);
        Q3_KBlock.WriteScales(scale, subScales, block);
    }
}
