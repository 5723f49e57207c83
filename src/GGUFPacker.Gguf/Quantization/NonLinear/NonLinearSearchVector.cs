using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.NonLinear;

/// <summary>
/// <see cref="NonLinearSearchScalar"/> for as many runs of 32 at once as there are lanes. Each lane does the scalar search's operations on its own run in
/// the scalar search's order, so each result has the same bits.
/// <list type="bullet">
/// <item>Layout: the runs are transposed first; vector i holds element i of every run.</item>
/// <item>The tries differ little: the scaled element of largest magnitude goes from -134 to -120, so that every scaled element's magnitude shrinks by at most
/// a factor of 134 / 120 = 1.117, monotonically (rounding keeps order). Two boundaries of one sign are at least a factor of 115.5 / 93.5 = 1.235 apart. So
/// within all tries an element crosses one boundary at most: the one on the zero side of where it is in the first try. Only the products of the two values
/// beside that boundary are needed, and one comparison in each try chooses between them.</item>
/// <item>A run that counts as zero, where the scalar search returns at once, runs on with 1 as its largest element; its result is replaced by 0.</item>
/// <item>With finite elements all scaled elements are finite; sums that overflow do so in both. With infinities or NaN the caller takes the scalar
/// search.</item>
/// </list>
/// </summary>
internal static unsafe class NonLinearSearchVector<T>
    where T : unmanaged, ILanes<T>
{
    private const int Length = NonLinearSearchScalar.Length;

    // By the code in the first try: the boundary on its zero side. The value in the middle has none; its own value stands there, with itself on both sides.
    private static ReadOnlySpan<float> Crossings => [-115.5f, -93.5f, -74, -57, -42, -28.5f, -16, -4.5f, 1, 7, 19, 31.5f, 45.5f, 61, 79, 101];

    /// <summary>The scratch memory a search needs.</summary>
    public static int ScratchFloats => 7 * Length * T.Count;

    /// <summary>Searches as many runs as there are lanes.</summary>
    /// <param name="source">The runs, one after another.</param>
    /// <param name="weights">Their weights, or null for the elements' squares.</param>
    /// <param name="scratch">Room for <see cref="ScratchFloats"/>; aligned to a cache line it is faster.</param>
    /// <param name="scales">One scale for each lane.</param>
    /// <returns>False if an element is not finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TrySearch(float* source, float* weights, float* scratch, float* scales)
    {
        var x = scratch;
        var w = scratch + (6 * Length * T.Count);
        Transposition.ToLanes(source, T.Count, Length, x);
        if (weights != null)
        {
            Transposition.ToLanes(weights, T.Count, Length, w);
        }

        var zero = T.Create(0);
        var infinity = T.Create(float.PositiveInfinity);
        var isFinite = T.IsLess(zero, infinity);
        T largest = zero, extreme = zero;
        for (nint i = 0; i < Length * T.Count; i += T.Count)
        {
            var value = T.Load(x + i);
            var magnitude = T.Abs(value);
            var isLarger = T.IsLess(largest, magnitude);
            largest = T.Select(isLarger, magnitude, largest);
            extreme = T.Select(isLarger, value, extreme);
            isFinite = T.And(isFinite, T.IsLess(magnitude, infinity));
            if (weights == null)
            {
                (value * value).Store(w + i);
            }
        }

        if (!T.AllSet(isFinite))
        {
            return false;
        }

        var isZero = T.IsLess(largest, T.Create(NonLinearSearchScalar.Epsilon));
        extreme = T.Select(isZero, T.Create(1), extreme);
        Prepare(x, w, extreme, out var sumQX, out var sumQ2);
        var scale = T.Select(T.IsLess(zero, sumQ2), sumQX / sumQ2, zero);
        var best = scale * sumQX;
        for (var step = -NonLinearSearchScalar.Tries; step <= NonLinearSearchScalar.Tries; step++)
        {
            Sums(x, Try(step, extreme), out sumQX, out sumQ2);
            var isBetter = T.And(T.IsLess(zero, sumQ2), T.IsLess(best * sumQ2, sumQX * sumQX));
            scale = T.Select(isBetter, sumQX / sumQ2, scale);
            best = T.Select(isBetter, scale * sumQX, best);
        }

        T.Select(isZero, zero, scale).Store(scales);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Try(int step, T extreme) => T.Create(step + NonLinearCodes.Values[0]) / extreme;

    // The sums with the largest element at +127; and for the tries, element by element after x: the boundary it may cross, and of the values below and above
    // that boundary weight * value * x and weight * value * value.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Prepare(float* x, float* w, T extreme, out T sumQX, out T sumQ2)
    {
        var opposite = T.Create(1) / (extreme / T.Create(-NonLinearCodes.Values[0]));
        var first = Try(-NonLinearSearchScalar.Tries, extreme);
        T qx = T.Create(0), q2 = T.Create(0);
        for (nint i = 0; i < Length * T.Count; i += T.Count)
        {
            // From the highest code down; every step's differences are multiples of one half and exact.
            var value = T.Load(x + i);
            var weight = T.Load(w + i);
            var oppositeX = opposite * value;
            var firstX = first * value;
            var oppositeValue = T.Create(NonLinearCodes.Values[^1]);
            var firstValue = oppositeValue;
            var crossing = T.Create(Crossings[^1]);
            for (var k = NonLinearCodes.Boundaries.Length - 1; k >= 0; k--)
            {
                var boundary = T.Create(NonLinearCodes.Boundaries[k]);
                var down = T.Create(NonLinearCodes.Values[k] - NonLinearCodes.Values[k + 1]);
                var isBelow = T.IsLess(firstX, boundary);
                oppositeValue += T.And(T.IsLess(oppositeX, boundary), down);
                firstValue += T.And(isBelow, down);
                crossing += T.And(isBelow, T.Create(Crossings[k] - Crossings[k + 1]));
            }

            var product = weight * oppositeValue;
            qx += product * value;
            q2 += product * oppositeValue;

            var otherValue = crossing + crossing - firstValue;
            var low = T.Min(firstValue, otherValue);
            var high = T.Max(firstValue, otherValue);
            var lowProduct = weight * low;
            var highProduct = weight * high;
            var target = x + i;
            crossing.Store(target + (Length * T.Count));
            (lowProduct * value).Store(target + (2 * Length * T.Count));
            (highProduct * value).Store(target + (3 * Length * T.Count));
            (lowProduct * low).Store(target + (4 * Length * T.Count));
            (highProduct * high).Store(target + (5 * Length * T.Count));
        }

        sumQX = qx;
        sumQ2 = q2;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sums(float* x, T inverse, out T sumQX, out T sumQ2)
    {
        T qx = T.Create(0), q2 = T.Create(0);
        for (var element = x; element < x + (Length * T.Count); element += T.Count)
        {
            var isLow = T.IsLess(inverse * T.Load(element), T.Load(element + (Length * T.Count)));
            qx += T.Select(isLow, T.Load(element + (2 * Length * T.Count)), T.Load(element + (3 * Length * T.Count)));
            q2 += T.Select(isLow, T.Load(element + (4 * Length * T.Count)), T.Load(element + (5 * Length * T.Count)));
        }

        sumQX = qx;
        sumQ2 = q2;
    }
}
