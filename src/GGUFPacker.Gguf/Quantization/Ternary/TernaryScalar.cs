using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.Ternary;

/// <summary>
/// The step that TQ1_0 and TQ2_0 share: the scale of a block of 256 is its largest magnitude, and an element's digit is
/// x / scale rounded half away from zero, plus one: 0, 1 or 2.
/// </summary>
internal static class TernaryScalar
{
    public const int Length = 256;

    /// <summary>Writes the block's scale and returns its digits. They are 0, 1, 2 unless the scale is not finite or its inverse overflows.</summary>
    public static void Digits(ReadOnlySpan<float> block, Span<byte> scaleBytes, Span<int> digits)
    {
        var scale = 0f;
        foreach (var value in block)
        {
            scale = scale > MathF.Abs(value) ? scale : MathF.Abs(value);
        }

        var inverse = scale != 0 ? 1f / scale : 0f;
        BinaryPrimitives.WriteUInt16LittleEndian(scaleBytes, HalfBits.FromSingle(scale));
        for (var i = 0; i < Length; i++)
        {
            digits[i] = unchecked((int)Arithmetic.RoundToLong(block[i] * inverse) + 1);
        }
    }
}
