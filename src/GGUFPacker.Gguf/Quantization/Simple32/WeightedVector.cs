using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>
/// <see cref="WeightedScalar"/> with vectors: the format's search works across as many blocks, also of neighbouring rows, as there are lanes of
/// <typeparamref name="TSearch"/>; weights and codes are made along a block, where each element stands for itself (lanes of <typeparamref name="TRow"/>,
/// a divisor of 32). If fewer blocks are left, zeros stand in for the others. Groups in which the vector search gives up go to the scalar code.
/// </summary>
internal static unsafe class WeightedVector<TSearch, TRow, TFormat>
    where TSearch : unmanaged, ILanes<TSearch>
    where TRow : unmanaged, ILanes<TRow>
    where TFormat : struct, IWeightedFormat
{
    private const int Length = NibbleBlocks.Length;
    private const int RowVectors = 3;

    // So many rows' squares are summed up at once.
    private const int RowsAhead = 4;

    /// <summary>Quantizes whole rows.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(TFormat format, ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        var groupLength = TSearch.Count * Length;
        var memory = stackalloc float[(4 * groupLength) + AffineFound.Floats(TSearch.Count) + CacheLine.Floats];
        var blockWeights = CacheLine.Align(memory);
        var rows = blockWeights + groupLength;
        var found = blockWeights + (4 * groupLength);
        var sums = stackalloc float[RowsAhead];
        var summed = 0;
        fixed (float* start = source)
        {
            fixed (float* matrix = importance)
            {
                for (var done = 0; done < source.Length; done += groupLength)
                {
                    var blocks = Math.Min(TSearch.Count, (source.Length - done) / Length);
                    for (var block = 0; block < blocks; block++)
                    {
                        var place = done + (block * Length);
                        var row = place / importance.Length;
                        if (row == summed)
                        {
                            var ahead = Math.Min(RowsAhead, (source.Length / importance.Length) - row);
                            ImportanceWeights.SumsOfSquares(start + (row * importance.Length), importance.Length, ahead, sums);
                            summed += ahead;
                        }

                        var sigma2 = sums[row % RowsAhead] / importance.Length;
                        ImportanceWeights.Weigh<TRow>(start + place, matrix + (place % importance.Length), sigma2, Length, blockWeights + (block * Length));
                    }

                    var target = destination.Slice(done / Length * format.BlockBytes, blocks * format.BlockBytes);
                    QuantizeGroup(format, start + done, blocks, blockWeights, rows, found, target);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void QuantizeGroup(
        TFormat format, float* source, int blocks, float* blockWeights, float* rows, float* found, Span<byte> destination)
    {
        var x = source;
        if (blocks < TSearch.Count)
        {
            var padding = (TSearch.Count - blocks) * Length;
            var padded = stackalloc float[TSearch.Count * Length];
            x = padded;
            new ReadOnlySpan<float>(source, blocks * Length).CopyTo(new Span<float>(x, blocks * Length));
            new Span<float>(x + (blocks * Length), padding).Clear();
            new Span<float>(blockWeights + (blocks * Length), padding).Clear();
        }

        Transposition.ToLanes(x, TSearch.Count, Length, rows, RowVectors * TSearch.Count);
        Transposition.ToLanes(blockWeights, TSearch.Count, Length, rows + TSearch.Count, RowVectors * TSearch.Count);
        var isFound = format.TrySearch<TSearch>(rows, found);
        for (var block = 0; block < blocks; block++)
        {
            var target = destination.Slice(block * format.BlockBytes, format.BlockBytes);
            var place = block * Length;
            if (isFound)
            {
                format.Write<TRow>(source + place, found, TSearch.Count, block, target);
            }
            else
            {
                format.Quantize(new ReadOnlySpan<float>(source + place, Length), new ReadOnlySpan<float>(blockWeights + place, Length), target);
            }
        }
    }
}
