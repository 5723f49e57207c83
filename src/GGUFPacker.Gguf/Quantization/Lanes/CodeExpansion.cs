using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GGUFPacker.Gguf.Quantization.Lanes;

/// <summary>
/// Restores floats from codes, a multiple of sixteen at a time. Codes are exact as floats, and each element is made by the same operations, each rounded on its
/// own, as one number at a time would be: a product, and a sum.
/// </summary>
internal static unsafe class CodeExpansion
{
    private const int Step = 16;

    /// <summary>code * scale + minimum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Affine(ReadOnlySpan<byte> codes, float scale, float minimum, Span<float> destination)
    {
        fixed (byte* source = codes)
        {
            fixed (float* target = destination)
            {
                for (var i = 0; i < codes.Length; i += Step)
                {
                    var (first, second) = Vector128.Widen(Vector128.Load(source + i));
                    var (a, b) = Vector128.Widen(first);
                    var (c, d) = Vector128.Widen(second);
                    Affine(a.AsInt32(), scale, minimum, target + i);
                    Affine(b.AsInt32(), scale, minimum, target + i + 4);
                    Affine(c.AsInt32(), scale, minimum, target + i + 8);
                    Affine(d.AsInt32(), scale, minimum, target + i + 12);
                }
            }
        }
    }

    /// <summary>(code - offset) * scale.</summary>
    public static void Symmetric(ReadOnlySpan<byte> codes, byte offset, float scale, Span<float> destination)
    {
        fixed (byte* source = codes)
        {
            Symmetric((sbyte*)source, codes.Length, (sbyte)offset, scale, destination);
        }
    }

    /// <summary>code * scale.</summary>
    public static void Signed(ReadOnlySpan<sbyte> codes, float scale, Span<float> destination)
    {
        fixed (sbyte* source = codes)
        {
            Symmetric(source, codes.Length, 0, scale, destination);
        }
    }

    // The difference does not leave the range of signed bytes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Symmetric(sbyte* source, int length, sbyte offset, float scale, Span<float> destination)
    {
        fixed (float* target = destination)
        {
            for (var i = 0; i < length; i += Step)
            {
                var (first, second) = Vector128.Widen(Vector128.Load(source + i) - Vector128.Create(offset));
                var (a, b) = Vector128.Widen(first);
                var (c, d) = Vector128.Widen(second);
                (Vector128.ConvertToSingle(a) * scale).Store(target + i);
                (Vector128.ConvertToSingle(b) * scale).Store(target + i + 4);
                (Vector128.ConvertToSingle(c) * scale).Store(target + i + 8);
                (Vector128.ConvertToSingle(d) * scale).Store(target + i + 12);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Affine(Vector128<int> codes, float scale, float minimum, float* target) =>
        ((Vector128.ConvertToSingle(codes) * scale) + Vector128.Create(minimum)).Store(target);
}
