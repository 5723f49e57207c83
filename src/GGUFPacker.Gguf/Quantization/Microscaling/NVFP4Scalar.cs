namespace GGUFPacker.Gguf.Quantization.Microscaling;

/// <summary>
/// NVFP4, one block of 64 at a time: for each of four sub-blocks of 16 the scale as UE4M3, then for each eight bytes, of which byte j has the E2M1 code of
/// element j and above it that of j + 8. The scale is the largest magnitude / 6, E2M1's largest value.
/// </summary>
internal static class NVFP4Scalar
{
    public const int Length = 64;
    public const int SubBlocks = 4;
    public const int SubLength = 16;
    public const int BlockBytes = 36;
    private const int HalfLength = SubLength / 2;

    /// <summary>Quantizes whole blocks.</summary>
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        for (; source.Length >= Length; source = source[Length..], destination = destination[BlockBytes..])
        {
            for (var s = 0; s < SubBlocks; s++)
            {
                var x = source.Slice(s * SubLength, SubLength);
                var largest = 0f;
                foreach (var value in x)
                {
                    largest = largest < MathF.Abs(value) ? MathF.Abs(value) : largest;
                }

                destination[s] = UE4M3.FromSingle(largest / 6f);
                var scale = UE4M3.ToHalfSingle(destination[s]);
                var packed = destination.Slice(SubBlocks + (s * HalfLength), HalfLength);
                for (var j = 0; j < HalfLength; j++)
                {
                    packed[j] = (byte)(E2M1.Nearest(x[j], scale) | (E2M1.Nearest(x[j + HalfLength], scale) << 4));
                }
            }
        }
    }

    /// <summary>Restores whole blocks: value * scale.</summary>
    public static void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (; destination.Length >= Length; source = source[BlockBytes..], destination = destination[Length..])
        {
            for (var s = 0; s < SubBlocks; s++)
            {
                var scale = UE4M3.ToHalfSingle(source[s]);
                var x = destination.Slice(s * SubLength, SubLength);
                var packed = source.Slice(SubBlocks + (s * HalfLength), HalfLength);
                for (var j = 0; j < HalfLength; j++)
                {
                    x[j] = E2M1.Values[packed[j] & 0x0F] * scale;
                    x[j + HalfLength] = E2M1.Values[packed[j] >> 4] * scale;
                }
            }
        }
    }
}
