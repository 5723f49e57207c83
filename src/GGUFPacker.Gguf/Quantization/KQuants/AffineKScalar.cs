namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// Q4_K and Q5_K, one block of 256 at a time: the search gives each sub-block of 32 its scale and minimum; these are rounded to six bits; then all
/// elements are rounded anew to the scales as they are stored.
/// </summary>
internal static class AffineKScalar
{
    /// <summary>Quantizes whole blocks with 4 or 5 bits.</summary>
    public static void Quantize(int bits, ReadOnlySpan<float> source, Span<byte> destination)
    {
        var parameters = bits == 4 ? AffineSearchParameters.Q4_K : AffineSearchParameters.Q5_K;
        var blockBytes = BlockBytes(bits);
        Span<byte> codes = stackalloc byte[AffineBlock.Length];
        Span<float> scales = stackalloc float[AffineBlock.SubBlocks];
        Span<float> minima = stackalloc float[AffineBlock.SubBlocks];
        for (; source.Length >= AffineBlock.Length; source = source[AffineBlock.Length..], destination = destination[blockBytes..])
        {
            for (var j = 0; j < AffineBlock.SubBlocks; j++)
            {
                scales[j] = AffineSearchScalar.Search(source.Slice(j * 32, 32), parameters, codes[(j * 32)..], out minima[j]);
            }

            var block = destination[..blockBytes];
            AffineBlock.WriteScales(scales, minima, block);
            AffineBlock.ReadScales(block, scales, minima);
            for (var j = 0; j < AffineBlock.SubBlocks; j++)
            {
                // A scale that vanished in six bits leaves the codes of the search.
                if (scales[j] == 0)
                {
                    continue;
                }

                for (var i = j * 32; i < (j + 1) * 32; i++)
                {
                    codes[i] = (byte)Math.Clamp(Arithmetic.NearestInt((source[i] + minima[j]) / scales[j]), 0, parameters.Highest);
                }
            }

            AffineBlock.PackCodes(bits, codes, block);
        }
    }

    /// <summary>Restores whole blocks: code * scale - minimum.</summary>
    public static void Dequantize(int bits, ReadOnlySpan<byte> source, Span<float> destination)
    {
        var blockBytes = BlockBytes(bits);
        Span<byte> codes = stackalloc byte[AffineBlock.Length];
        Span<float> scales = stackalloc float[AffineBlock.SubBlocks];
        Span<float> minima = stackalloc float[AffineBlock.SubBlocks];
        for (; destination.Length >= AffineBlock.Length; source = source[blockBytes..], destination = destination[AffineBlock.Length..])
        {
            var block = source[..blockBytes];
            AffineBlock.ReadScales(block, scales, minima);
            AffineBlock.UnpackCodes(bits, block, codes);
            for (var i = 0; i < AffineBlock.Length; i++)
            {
                destination[i] = (scales[i / 32] * codes[i]) - minima[i / 32];
            }
        }
    }

    private static int BlockBytes(int bits) => bits == 4 ? 144 : 176;
}
