using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// The scales of a block's sub-blocks: each stands for itself in a lane, and the only reduction is a maximum, which does not depend on the order.
/// </summary>
internal static class ScaleRounding
{
    private const int Count = 16;

    /// <summary>The first of sixteen scales of the largest magnitude, or 0 if none is above 0. NaN does not count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Extreme(ReadOnlySpan<float> scales)
    {
        // As integers, magnitudes are in the order of the floats, and a NaN is above infinity.
        var a = Vector128.Abs(Vector128.Create(scales)).AsInt32();
        var b = Vector128.Abs(Vector128.Create(scales[4..])).AsInt32();
        var c = Vector128.Abs(Vector128.Create(scales[8..])).AsInt32();
        var d = Vector128.Abs(Vector128.Create(scales[12..])).AsInt32();
        var largest = Vector128.Max(Vector128.Max(a, b), Vector128.Max(c, d));
        largest = Vector128.Max(largest, Vector128.Shuffle(largest, Vector128.Create(2, 3, 0, 1)));
        largest = Vector128.Max(largest, Vector128.Shuffle(largest, Vector128.Create(1, 0, 3, 2)));
        if (float.IsNaN(largest.AsSingle().ToScalar()))
        {
            return ExtremeBesideNaN(scales);
        }

        var isLargest = Vector128.Equals(a, largest).ExtractMostSignificantBits() | (Vector128.Equals(b, largest).ExtractMostSignificantBits() << 4);
        isLargest |= (Vector128.Equals(c, largest).ExtractMostSignificantBits() << 8) | (Vector128.Equals(d, largest).ExtractMostSignificantBits() << 12);
        return scales[BitOperations.TrailingZeroCount(isLargest)];
    }

    /// <summary>
    /// The low bytes of <see cref="Arithmetic.NearestInt"/> of sixteen scales times <paramref name="inverse"/>, at most <paramref name="highest"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector128<sbyte> Round(ReadOnlySpan<float> scales, float inverse, int highest)
    {
        var a = Vector128.Min(NearestInt(Vector128.Create(scales) * inverse), Vector128.Create(highest));
        var b = Vector128.Min(NearestInt(Vector128.Create(scales[4..]) * inverse), Vector128.Create(highest));
        var c = Vector128.Min(NearestInt(Vector128.Create(scales[8..]) * inverse), Vector128.Create(highest));
        var d = Vector128.Min(NearestInt(Vector128.Create(scales[12..]) * inverse), Vector128.Create(highest));
        return Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d));
    }

    /// <summary>The largest scale above 0, or 0. NaN does not count. The number of scales is a multiple of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float LargestAboveZero(ReadOnlySpan<float> scales)
    {
        var largest = Vector128<float>.Zero;
        for (; scales.Length > 0; scales = scales[4..])
        {
            var next = Vector128.Create(scales);
            largest = Vector128.ConditionalSelect(Vector128.GreaterThan(next, largest), next, largest);
        }

        largest = Vector128.Max(largest, Vector128.Shuffle(largest, Vector128.Create(2, 3, 0, 1)));
        return Vector128.Max(largest, Vector128.Shuffle(largest, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    /// <summary>
    /// The low bytes of <see cref="Arithmetic.NearestInt"/> of the scales times <paramref name="inverse"/>, these at most <paramref name="highest"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RoundLowBytes(ReadOnlySpan<float> scales, float inverse, int highest, Span<byte> rounded)
    {
        for (; scales.Length > 0; scales = scales[4..], rounded = rounded[4..])
        {
            var low = Vector128.Min(NearestInt(Vector128.Create(scales) * inverse) & Vector128.Create(0xFF), Vector128.Create(highest));
            var shorts = Vector128.Narrow(low, low);
            BinaryPrimitives.WriteUInt32LittleEndian(rounded, Vector128.Narrow(shorts, shorts).AsUInt32().ToScalar());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> NearestInt(Vector128<float> value) =>
        ((value + Vector128.Create(Arithmetic.RoundingBias)).AsInt32() & Vector128.Create(0x007FFFFF)) - Vector128.Create(0x00400000);

    private static float ExtremeBesideNaN(ReadOnlySpan<float> scales)
    {
        float extreme = 0, largest = 0;
        foreach (var scale in scales[..Count])
        {
            if (MathF.Abs(scale) > largest)
            {
                largest = MathF.Abs(scale);
                extreme = scale;
            }
        }

        return extreme;
    }
}
