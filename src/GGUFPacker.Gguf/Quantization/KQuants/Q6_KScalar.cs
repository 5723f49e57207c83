using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// Q6_K, one block of 256 at a time: the search, with the importance itself as weights if there is one, gives each sub-block of 16 its scale; these are
/// rounded to signed bytes; then all elements are rounded anew to the scales as they are stored.
/// </summary>
internal static class Q6_KScalar
{
    /// <summary>Quantizes whole blocks; with an importance, whole rows.</summary>
    public static void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        for (var done = 0; done < source.Length; done += Q6_KBlock.Length, destination = destination[Q6_KBlock.BlockBytes..])
        {
            var weights = importance.IsEmpty ? importance : importance.Slice(done % importance.Length, Q6_KBlock.Length);
            QuantizeBlock(source.Slice(done, Q6_KBlock.Length), weights, destination[..Q6_KBlock.BlockBytes]);
        }
    }

    /// <summary>Quantizes one block, with the importance of its elements or none.</summary>
    public static void QuantizeBlock(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Q6_KBlock.Length];
        Span<float> scales = stackalloc float[Q6_KBlock.SubBlocks];
        for (var j = 0; j < Q6_KBlock.SubBlocks; j++)
        {
            var weights = importance.IsEmpty ? importance : importance.Slice(j * Q6_KBlock.SubLength, Q6_KBlock.SubLength);
            scales[j] = SymmetricSearchScalar.Search(
                x.Slice(j * Q6_KBlock.SubLength, Q6_KBlock.SubLength), weights, Q6_KBlock.Half, codes[(j * Q6_KBlock.SubLength)..]);
        }

        if (!Q6_KBlock.TryWriteScales(scales, block))
        {
            return;
        }

        Q6_KBlock.ReadScales(block, scales);
        for (var i = 0; i < Q6_KBlock.Length; i++)
        {
            // A scale that vanished leaves the codes of the search.
            if (scales[i / Q6_KBlock.SubLength] != 0)
            {
                codes[i] = (byte)(Q6_KBlock.Half + SymmetricSearchScalar.Code(x[i] / scales[i / Q6_KBlock.SubLength], Q6_KBlock.Half));
            }
        }

        Q6_KBlock.PackCodes(codes, block);
    }

    /// <summary>Restores whole blocks: scale * (code - 32).</summary>
    public static void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        Span<byte> codes = stackalloc byte[Q6_KBlock.Length];
        Span<float> scales = stackalloc float[Q6_KBlock.SubBlocks];
        for (; destination.Length >= Q6_KBlock.Length; source = source[Q6_KBlock.BlockBytes..], destination = destination[Q6_KBlock.Length..])
        {
            var block = source[..Q6_KBlock.BlockBytes];
            Q6_KBlock.ReadScales(block, scales);
            Q6_KBlock.UnpackCodes(block, codes);
            for (var j = 0; j < Q6_KBlock.SubBlocks; j++)
            {
                CodeExpansion.Symmetric(
                    codes.Slice(j * Q6_KBlock.SubLength, Q6_KBlock.SubLength), Q6_KBlock.Half, scales[j], destination[(j * Q6_KBlock.SubLength)..]);
            }
        }
    }
}
