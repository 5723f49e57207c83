namespace GGUFPacker.Gguf.Quantization.NonLinear;

/// <summary>
/// IQ4_XS, one block of 256 at a time: the search gives each sub-block of 32 its scale; these are rounded to six bits; then each element gets the code
/// nearest to it under the rounded scale.
/// </summary>
internal static class IQ4_XSScalar
{
    private const int SubLength = NonLinearSearchScalar.Length;

    /// <summary>Quantizes whole blocks; with an importance, whole rows of its length.</summary>
    public static void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        Span<float> weights = stackalloc float[IQ4_XSBlock.Length];
        Span<float> scales = stackalloc float[IQ4_XSBlock.SubBlocks];
        for (var at = 0; at < source.Length; at += IQ4_XSBlock.Length, destination = destination[IQ4_XSBlock.BlockBytes..])
        {
            var x = source.Slice(at, IQ4_XSBlock.Length);
            NonLinearSearchScalar.Weigh(x, importance.IsEmpty ? [] : importance.Slice(at % importance.Length, IQ4_XSBlock.Length), weights);
            for (var j = 0; j < IQ4_XSBlock.SubBlocks; j++)
            {
                scales[j] = NonLinearSearchScalar.Search(x.Slice(j * SubLength, SubLength), weights.Slice(j * SubLength, SubLength));
            }

            IQ4_XSBlock.WriteScales(scales, destination);
            for (var j = 0; j < IQ4_XSBlock.SubBlocks; j++)
            {
                NonLinearRun.Pack(
                    x.Slice(j * SubLength, SubLength),
                    scales[j],
                    destination.Slice(IQ4_XSBlock.CodesAt + (j * NonLinearRun.PackedBytes), NonLinearRun.PackedBytes));
            }
        }
    }

    /// <summary>Restores whole blocks.</summary>
    public static void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        Span<float> scales = stackalloc float[IQ4_XSBlock.SubBlocks];
        for (; destination.Length >= IQ4_XSBlock.Length; source = source[IQ4_XSBlock.BlockBytes..], destination = destination[IQ4_XSBlock.Length..])
        {
            IQ4_XSBlock.ReadScales(source, scales);
            for (var j = 0; j < IQ4_XSBlock.SubBlocks; j++)
            {
                NonLinearRun.Unpack(
                    source.Slice(IQ4_XSBlock.CodesAt + (j * NonLinearRun.PackedBytes), NonLinearRun.PackedBytes), scales[j], destination[(j * SubLength)..]);
            }
        }
    }
}
