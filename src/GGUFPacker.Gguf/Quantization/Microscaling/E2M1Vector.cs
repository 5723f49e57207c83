using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Microscaling;

/// <summary>
/// <see cref="E2M1.Nearest"/> for elements side by side: the magnitude's code is the number of midpoints m * scale between neighbouring values that the
/// element's magnitude exceeds; the sign bit is set where the element is negative and that number is not 0.
/// <para>
/// Why this is the same. The scale is 0 or has at most four significant bits and is far from the ends of the exponent's range, so that all value * scale = a
/// and their midpoints are exact. Take x >= 0 (else mirror it: of two codes for zero the lower is chosen in both). Values of the other sign are never
/// nearer than 0, and rounding keeps order, so they never win with the strict comparison. For neighbours a &lt; b, except 0 and the first, b is at most 2a, so
/// for x within [a, b] both x - a and b - x are exact (Sterbenz): b wins if and only if x is above the midpoint. For 0 and b: above b / 2 the difference b - x
/// is exact; below, b - x rounds to at least b / 2 and does not win. Outside [a, b] rounding keeps the order of the errors, and beyond the last value they
/// stay apart as long as x is below 2^20 scales. A scale of 0 makes all errors the same and all codes 0: the caller then gives infinity, which no
/// magnitude exceeds.
/// </para>
/// </summary>
internal static unsafe class E2M1Vector<T>
    where T : unmanaged, ILanes<T>
{
    /// <summary>An element of more scales than this goes to the scalar code.</summary>
    public const float Limit = 1 << 20;

    /// <summary>The codes of elements under scales that are each above 0 or infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Codes(T x, T scale)
    {
        var one = T.Create(1);
        var magnitude = T.Abs(x);
        var isAboveZero = T.IsLess(T.Create(0.5f) * scale, magnitude);
        var code = T.And(isAboveZero, T.And(T.IsLess(x, T.Create(0)), T.Create(8)));
        code += T.And(isAboveZero, one);
        code += T.And(T.IsLess(T.Create(1.5f) * scale, magnitude), one);
        code += T.And(T.IsLess(T.Create(2.5f) * scale, magnitude), one);
        code += T.And(T.IsLess(T.Create(3.5f) * scale, magnitude), one);
        code += T.And(T.IsLess(T.Create(5) * scale, magnitude), one);
        code += T.And(T.IsLess(T.Create(7) * scale, magnitude), one);
        return code + T.And(T.IsLess(T.Create(10) * scale, magnitude), one);
    }
}
