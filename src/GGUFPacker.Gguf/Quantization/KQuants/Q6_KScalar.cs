namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// Q6_K, one block of 256 at a time: the search gives each sub-block of 16 its scale; these are rounded to signed bytes; then all elements are rounded
/// anew to the scales as they are stored.
/// </summary>
internal static class Q6_KScalar
{
    /// <summary>Quantizes whole blocks.</summary>
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        Span<byte> codes = stackalloc byte[SymmetricBlock.Length];
        Span<float> scales = stackalloc float[SymmetricBlock.SubBlocks];
        for (; source.Length >= SymmetricBlock.Length; source = source[SymmetricBlock.Length..], destination = destination[SymmetricBlock.BlockBytes..])
        {
            for (var j = 0; j < SymmetricBlock.SubBlocks; j++)
            {
                scales[j] = SymmetricSearchScalar.Search(source.Slice(j * 16, 16), codes[(j * 16)..]);
            }

            var block = destination[..SymmetricBlock.BlockBytes];
            if (!SymmetricBlock.TryWriteScales(scales, block))
            {
                continue;
            }

            SymmetricBlock.ReadScales(block, scales);
            for (var i = 0; i < SymmetricBlock.Length; i++)
            {
                // A scale that vanished leaves the codes of the search.
                if (scales[i / 16] != 0)
                {
                    codes[i] = (byte)(SymmetricSearchScalar.Half + SymmetricSearchScalar.Code(source[i] / scales[i / 16]));
                }
            }

            SymmetricBlock.PackCodes(codes, block);
        }
    }

    /// <summary>Restores whole blocks: scale * (code - 32).</summary>
    public static void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        Span<byte> codes = stackalloc byte[SymmetricBlock.Length];
        Span<float> scales = stackalloc float[SymmetricBlock.SubBlocks];
        for (; destination.Length >= SymmetricBlock.Length; source = source[SymmetricBlock.BlockBytes..], destination = destination[SymmetricBlock.Length..])
        {
            var block = source[..SymmetricBlock.BlockBytes];
            SymmetricBlock.ReadScales(block, scales);
            SymmetricBlock.UnpackCodes(block, codes);
            for (var i = 0; i < SymmetricBlock.Length; i++)
            {
                destination[i] = scales[i / 16] * (codes[i] - SymmetricSearchScalar.Half);
            }
        }
    }
}
