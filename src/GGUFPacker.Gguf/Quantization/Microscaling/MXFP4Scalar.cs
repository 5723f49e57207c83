namespace GGUFPacker.Gguf.Quantization.Microscaling;

/// <summary>
/// MXFP4, one block of 32 at a time: the scale as E8M0, then 16 bytes, of which byte j has the E2M1 code of element j and above it that of j + 16.
/// </summary>
internal static class MXFP4Scalar
{
    public const int Length = 32;
    public const int BlockBytes = 17;
    private const int HalfLength = Length / 2;

    /// <summary>Quantizes whole blocks.</summary>
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        for (; source.Length >= Length; source = source[Length..], destination = destination[BlockBytes..])
        {
            var largest = 0f;
            foreach (var value in source[..Length])
            {
                largest = largest < MathF.Abs(value) ? MathF.Abs(value) : largest;
            }

            destination[0] = E8M0.FromLargest(largest);
            var scale = E8M0.ToHalfSingle(destination[0]);
            for (var j = 0; j < HalfLength; j++)
            {
                destination[1 + j] = (byte)(E2M1.Nearest(source[j], scale) | (E2M1.Nearest(source[j + HalfLength], scale) << 4));
            }
        }
    }

    /// <summary>Restores whole blocks: value * scale.</summary>
    public static void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (; destination.Length >= Length; source = source[BlockBytes..], destination = destination[Length..])
        {
            var scale = E8M0.ToHalfSingle(source[0]);
            for (var j = 0; j < HalfLength; j++)
            {
                destination[j] = E2M1.Values[source[1 + j] & 0x0F] * scale;
                destination[j + HalfLength] = E2M1.Values[source[1 + j] >> 4] * scale;
            }
        }
    }
}
