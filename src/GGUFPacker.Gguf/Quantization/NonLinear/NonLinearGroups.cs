using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.NonLinear;

/// <summary>
/// Finds the scales of up to as many runs of 32 as <typeparamref name="TSearch"/> has lanes. The remainder of a row, and rows with fewer runs, are filled up
/// with zeros: lanes do not depend on each other. Runs in a group that has infinities or NaN are searched one by one with the scalar code.
/// </summary>
internal static unsafe class NonLinearGroups<TSearch, TRow>
    where TSearch : unmanaged, ILanes<TSearch>
    where TRow : unmanaged, ILanes<TRow>
{
    private const int Length = NonLinearSearchScalar.Length;

    /// <summary>The scratch memory it needs.</summary>
    public static int ScratchFloats => NonLinearSearchVector<TSearch>.ScratchFloats + (2 * Length * TSearch.Count) + CacheLine.Floats;

    /// <summary>Finds the scales of whole blocks that are side by side.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="runs">The number of runs, at most the number of lanes.</param>
    /// <param name="blockLength">So many elements have their weights from one mean of squares.</param>
    /// <param name="row">The weights of a row's elements, or null.</param>
    /// <param name="rowLength">The length of a row.</param>
    /// <param name="at">Where in its row x begins.</param>
    /// <param name="memory">Room for <see cref="ScratchFloats"/>.</param>
    /// <param name="scales">Room for a scale for each lane.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Search(float* x, int runs, int blockLength, float* row, int rowLength, int at, float* memory, float* scales)
    {
        var scratch = CacheLine.Align(memory);
        var padded = scratch + NonLinearSearchVector<TSearch>.ScratchFloats;
        var weights = row == null ? null : padded + (Length * TSearch.Count);
        for (var i = 0; i < runs * Length && row != null; i += blockLength)
        {
            var sigma2 = NonLinearSearchScalar.Sigma2(new ReadOnlySpan<float>(x + i, blockLength));
            NonLinearRunVector<TRow>.Weigh(x + i, blockLength, sigma2, row + ((at + i) % rowLength), weights + i);
        }

        var source = x;
        if (runs < TSearch.Count)
        {
            var filled = new Span<float>(padded, Length * TSearch.Count);
            new ReadOnlySpan<float>(x, runs * Length).CopyTo(filled);
            filled[(runs * Length)..].Clear();
            source = padded;
            if (weights != null)
            {
                new Span<float>(weights, Length * TSearch.Count)[(runs * Length)..].Clear();
            }
        }

        if (NonLinearSearchVector<TSearch>.TrySearch(source, weights, scratch, scales))
        {
            return;
        }

        Span<float> squares = stackalloc float[Length];
        for (var run = 0; run < runs; run++)
        {
            var elements = new ReadOnlySpan<float>(x + (run * Length), Length);
            if (weights == null)
            {
                NonLinearSearchScalar.Weigh(elements, [], squares);
            }

            scales[run] = NonLinearSearchScalar.Search(elements, weights == null ? squares : new ReadOnlySpan<float>(weights + (run * Length), Length));
        }
    }
}
