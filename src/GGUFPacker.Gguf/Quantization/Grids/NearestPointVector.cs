using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// <see cref="NearestPointScalar"/> with tables: as a dimension has few levels, its part of the distance, weight * difference * difference, has few values.
/// These are computed once, by the scalar search's operations; a candidate's distance is then the sum of what its levels select, added in the order of
/// the dimensions, which gives the scalar search's bits.
/// <list type="bullet">
/// <item>With AVX2 eight candidates lie in the lanes, and a table is one vector that their levels permute: the instruction looks at the lowest two or
/// three bits of each lane, so that a shift of the codes brings a dimension's levels to where they select.</item>
/// <item>The scalar sum starts from 0; starting from the first part instead can differ in the sign of a zero only, which no comparison sees.</item>
/// <item>A distance of NaN is never taken: min(distance, least) is its second operand then; a distance has to be below the greatest float.
/// The first of equal candidates wins: a lane keeps the first
/// of its own, and of lanes that are equal in the end the one with the least position is taken. What fills up the last run repeats a run's first candidate
/// and so never comes before it.</item>
/// </list>
/// </summary>
internal static unsafe class NearestPointVector
{
    /// <summary>Finds the nearest candidate of eight dimensions.</summary>
    /// <param name="candidates">The candidates' codes, filled up to a whole number of <see cref="GridCells.RunLength"/>.</param>
    /// <param name="count">How many there are without what fills up.</param>
    /// <param name="x">The eight elements.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="value0">What level 0 stands for.</param>
    /// <param name="value1">What level 1 stands for.</param>
    /// <param name="value2">What level 2 stands for.</param>
    /// <returns>The code, or -1 if none is at a finite distance.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Find8(ushort* candidates, int count, float* x, float* weights, float value0, float value1, float value2)
    {
        var group = Vector256.Load(x);
        var weight = Vector256.Load(weights);
        var parts0 = Parts(Vector256.Create(value0), group, weight);
        var parts1 = Parts(Vector256.Create(value1), group, weight);
        var parts2 = Parts(Vector256.Create(value2), group, weight);
        if (!Avx2.IsSupported)
        {
            return Find8Portable(candidates, count, parts0, parts1, parts2);
        }

        // Dimension d and d + 4 side by side: each half of a vector becomes the four (three) values of one dimension.
        var low01 = Avx.UnpackLow(parts0, parts1);
        var high01 = Avx.UnpackHigh(parts0, parts1);
        var low22 = Avx.UnpackLow(parts2, parts2);
        var high22 = Avx.UnpackHigh(parts2, parts2);
        var table04 = Avx.Shuffle(low01, low22, 0x44);
        var table15 = Avx.Shuffle(low01, low22, 0xEE);
        var table26 = Avx.Shuffle(high01, high22, 0x44);
        var table37 = Avx.Shuffle(high01, high22, 0xEE);
        var table0 = Avx.Permute2x128(table04, table04, 0x00);
        var table1 = Avx.Permute2x128(table15, table15, 0x00);
        var table2 = Avx.Permute2x128(table26, table26, 0x00);
        var table3 = Avx.Permute2x128(table37, table37, 0x00);
        var table4 = Avx.Permute2x128(table04, table04, 0x11);
        var table5 = Avx.Permute2x128(table15, table15, 0x11);
        var table6 = Avx.Permute2x128(table26, table26, 0x11);
        var table7 = Avx.Permute2x128(table37, table37, 0x11);

        var codes = Avx2.ConvertToVector256Int32(candidates);
        var least = Distances8(codes, table0, table1, table2, table3, table4, table5, table6, table7);
        if (count <= GridCells.RunLength)
        {
            return First(candidates, least);
        }

        least = Avx.Min(least, Vector256.Create(float.MaxValue));
        var at = Vector256<int>.Zero;
        var run = GridCells.RunLength;
        do
        {
            codes = Avx2.ConvertToVector256Int32(candidates + run);
            var distance = Distances8(codes, table0, table1, table2, table3, table4, table5, table6, table7);
            at = Vector256.ConditionalSelect(Avx.CompareLessThan(distance, least).AsInt32(), Vector256.Create(run), at);
            least = Avx.Min(distance, least);
            run += GridCells.RunLength;
        }
        while (run < count);

        return First(candidates, least, at);
    }

    /// <summary>Finds the nearest candidate of four dimensions.</summary>
    /// <param name="candidates">The candidates' codes, filled up to a whole number of <see cref="GridCells.RunLength"/>.</param>
    /// <param name="count">How many there are without what fills up.</param>
    /// <param name="x">The four elements.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="values">What each level stands for.</param>
    /// <returns>The code, or -1 if none is at a finite distance.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Find4(ushort* candidates, int count, float* x, float* weights, Vector256<float> values)
    {
        var table0 = Parts(values, Vector256.Create(x[0]), Vector256.Create(weights[0]));
        var table1 = Parts(values, Vector256.Create(x[1]), Vector256.Create(weights[1]));
        var table2 = Parts(values, Vector256.Create(x[2]), Vector256.Create(weights[2]));
        var table3 = Parts(values, Vector256.Create(x[3]), Vector256.Create(weights[3]));
        if (!Avx2.IsSupported)
        {
            return Find4Portable(candidates, count, table0, table1, table2, table3);
        }

        var codes = Avx2.ConvertToVector256Int32(candidates);
        var least = Distances4(codes, table0, table1, table2, table3);
        if (count <= GridCells.RunLength)
        {
            return First(candidates, least);
        }

        least = Avx.Min(least, Vector256.Create(float.MaxValue));
        var at = Vector256<int>.Zero;
        var run = GridCells.RunLength;
        do
        {
            var distance = Distances4(Avx2.ConvertToVector256Int32(candidates + run), table0, table1, table2, table3);
            at = Vector256.ConditionalSelect(Avx.CompareLessThan(distance, least).AsInt32(), Vector256.Create(run), at);
            least = Avx.Min(distance, least);
            run += GridCells.RunLength;
        }
        while (run < count);

        return First(candidates, least, at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Parts(Vector256<float> values, Vector256<float> x, Vector256<float> weights)
    {
        var difference = values - x;
        return weights * difference * difference;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Distances8(
        Vector256<int> codes,
        Vector256<float> table0,
        Vector256<float> table1,
        Vector256<float> table2,
        Vector256<float> table3,
        Vector256<float> table4,
        Vector256<float> table5,
        Vector256<float> table6,
        Vector256<float> table7)
    {
        var distance = Avx.PermuteVar(table0, codes);
        distance += Avx.PermuteVar(table1, codes >>> 2);
        distance += Avx.PermuteVar(table2, codes >>> 4);
        distance += Avx.PermuteVar(table3, codes >>> 6);
        distance += Avx.PermuteVar(table4, codes >>> 8);
        distance += Avx.PermuteVar(table5, codes >>> 10);
        distance += Avx.PermuteVar(table6, codes >>> 12);
        distance += Avx.PermuteVar(table7, codes >>> 14);
        return distance;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Distances4(
        Vector256<int> codes, Vector256<float> table0, Vector256<float> table1, Vector256<float> table2, Vector256<float> table3)
    {
        var distance = Avx2.PermuteVar8x32(table0, codes);
        distance += Avx2.PermuteVar8x32(table1, codes >>> 3);
        distance += Avx2.PermuteVar8x32(table2, codes >>> 6);
        distance += Avx2.PermuteVar8x32(table3, codes >>> 9);
        return distance;
    }

    // The least lane in all lanes; none is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> LeastAcross(Vector256<float> value)
    {
        value = Avx.Min(value, Avx.Permute2x128(value, value, 0x01));
        value = Avx.Min(value, Avx.Permute(value, 0x4E));
        return Avx.Min(value, Avx.Permute(value, 0xB1));
    }

    // The first candidate of a single run with the least distance.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int First(ushort* candidates, Vector256<float> distances)
    {
        var least = LeastAcross(Avx.Min(distances, Vector256.Create(float.MaxValue)));
        var lanes = (uint)Avx.MoveMask(Avx.CompareEqual(distances, least));
        return least.ToScalar() < float.MaxValue ? candidates[BitOperations.TrailingZeroCount(lanes)] : -1;
    }

    // The lane with the least distance; of several the one whose candidate comes first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int First(ushort* candidates, Vector256<float> least, Vector256<int> at)
    {
        var all = LeastAcross(least);
        var lanes = (uint)Avx.MoveMask(Avx.CompareEqual(least, all));
        if (!(all.ToScalar() < float.MaxValue))
        {
            return -1;
        }

        var position = at.GetElement(BitOperations.TrailingZeroCount(lanes)) + BitOperations.TrailingZeroCount(lanes);
        for (lanes &= lanes - 1; lanes != 0; lanes &= lanes - 1)
        {
            position = Math.Min(position, at.GetElement(BitOperations.TrailingZeroCount(lanes)) + BitOperations.TrailingZeroCount(lanes));
        }

        return candidates[position];
    }

    private static int Find8Portable(ushort* candidates, int count, Vector256<float> parts0, Vector256<float> parts1, Vector256<float> parts2)
    {
        var parts = stackalloc float[24];
        parts0.Store(parts);
        parts1.Store(parts + 8);
        parts2.Store(parts + 16);
        var least = float.MaxValue;
        var best = -1;
        for (var n = 0; n < count; n++)
        {
            int code = candidates[n];
            var distance = parts[(code & 3) << 3];
            for (var d = 1; d < 8; d++)
            {
                distance += parts[(((code >> (2 * d)) & 3) << 3) + d];
            }

            if (distance < least)
            {
                least = distance;
                best = code;
            }
        }

        return best;
    }

    private static int Find4Portable(
        ushort* candidates, int count, Vector256<float> table0, Vector256<float> table1, Vector256<float> table2, Vector256<float> table3)
    {
        var tables = stackalloc float[32];
        table0.Store(tables);
        table1.Store(tables + 8);
        table2.Store(tables + 16);
        table3.Store(tables + 24);
        var least = float.MaxValue;
        var best = -1;
        for (var n = 0; n < count; n++)
        {
            int code = candidates[n];
            var distance = tables[code & 7] + tables[8 + ((code >> 3) & 7)] + tables[16 + ((code >> 6) & 7)] + tables[24 + (code >> 9)];
            if (distance < least)
            {
                least = distance;
                best = code;
            }
        }

        return best;
    }
}
