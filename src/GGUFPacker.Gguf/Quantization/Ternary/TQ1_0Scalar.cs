using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.Ternary;

/// <summary>
/// TQ1_0: 256 ternary digits in 52 bytes and a half scale. A byte holds five digits as the fraction n / 243, scaled to 256 and rounded up, so that
/// multiplying by three shifts the next digit out. Bytes 0-31 take elements m, m+32, ... m+128; bytes 32-47 elements 160+m, +16, ...; the last
/// four bytes hold four digits each, of elements 240+m, +4, ...
/// </summary>
internal static class TQ1_0Scalar
{
    private const int BlockBytes = 54;
    private const int ScaleAt = 52;

    // First element, elements side by side (= bytes), digits per byte, first byte.
    private static readonly (int Element, int Width, int Digits, int Byte)[] Groups = [(0, 32, 5, 0), (160, 16, 5, 32), (240, 4, 4, 48)];

    /// <summary>Quantizes whole blocks.</summary>
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        Span<int> digits = stackalloc int[TernaryScalar.Length];
        for (; source.Length >= TernaryScalar.Length; source = source[TernaryScalar.Length..], destination = destination[BlockBytes..])
        {
            TernaryScalar.Digits(source[..TernaryScalar.Length], destination[ScaleAt..], digits);
            foreach (var group in Groups)
            {
                for (var m = 0; m < group.Width; m++)
                {
                    byte packed = 0;
                    for (var n = 0; n < group.Digits; n++)
                    {
                        packed = (byte)((packed * 3) + digits[group.Element + m + (n * group.Width)]);
                    }

                    if (group.Digits == 4)
                    {
                        packed = (byte)(packed * 3);
                    }

                    destination[group.Byte + m] = (byte)(((packed * 256) + 242) / 243);
                }
            }
        }
    }

    /// <summary>Restores whole blocks: (digit - 1) * scale.</summary>
    public static void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (; destination.Length >= TernaryScalar.Length; source = source[BlockBytes..], destination = destination[TernaryScalar.Length..])
        {
            var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(source[ScaleAt..]));
            foreach (var group in Groups)
            {
                for (var m = 0; m < group.Width; m++)
                {
                    var packed = source[group.Byte + m];
                    for (var n = 0; n < group.Digits; n++, packed = (byte)(packed * 3))
                    {
                        destination[group.Element + m + (n * group.Width)] = (((packed * 3) >> 8) - 1) * scale;
                    }
                }
            }
        }
    }
}
