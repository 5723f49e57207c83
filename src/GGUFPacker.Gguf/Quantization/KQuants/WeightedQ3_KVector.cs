using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// <see cref="Q3_KScalar"/> with an importance, with vectors. As many blocks as there are lanes of <typeparamref name="TSearch"/> (a divisor of 16) are a
/// group:
/// <see cref="SymmetricSearchVector{T}"/> works across a block's sub-blocks, then across the group's blocks for their scales; the last rounding works along
/// a sub-block (lanes of <typeparamref name="TRow"/>, a divisor of 16). In a group that is not full the other lanes have scales of 0.
/// Groups in which a vector search gives up go to the scalar code.
/// </summary>
internal static unsafe class WeightedQ3_KVector<TSearch, TRow>
    where TSearch : unmanaged, ILanes<TSearch>
    where TRow : unmanaged, ILanes<TRow>
{
    private const int Length = Q3_KBlock.Length;
    private const int SubBlocks = Q3_KBlock.SubBlocks;
    private const int SubLength = Q3_KBlock.SubLength;

    /// <summary>Quantizes whole rows.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        // For each of the group's sub-blocks its scale, inverse scale and sum of weights.
        var lanes = TSearch.Count * SubBlocks;
        var memory = stackalloc float[(3 * lanes) + (4 * SubLength * TSearch.Count) + CacheLine.Floats];
        var scratch = CacheLine.Align(memory);
        var found = scratch + (4 * SubLength * TSearch.Count);
        fixed (float* start = source)
        {
            fixed (float* matrix = importance)
            {
                for (var done = 0; done < source.Length; done += TSearch.Count * Length)
                {
                    var blocks = Math.Min(TSearch.Count, (source.Length - done) / Length);
                    var target = destination.Slice(done / Length * Q3_KBlock.BlockBytes, blocks * Q3_KBlock.BlockBytes);
                    new Span<float>(found, 3 * lanes).Clear();
                    if (TrySearch(start + done, blocks, new RowImportance(matrix, importance.Length, done), scratch, found)
                        && TryWriteScales(blocks, scratch, found, target))
                    {
                        for (var block = 0; block < blocks; block++)
                        {
                            Finish(
                                start + done + (block * Length),
                                found + lanes + (block * SubBlocks),
                                target.Slice(block * Q3_KBlock.BlockBytes, Q3_KBlock.BlockBytes));
                        }

                        continue;
                    }

                    for (var block = 0; block < blocks; block++)
                    {
                        var first = done + (block * Length);
                        Q3_KScalar.QuantizeBlock(
                            source.Slice(first, Length), importance.Slice(first % importance.Length, Length), target[(block * Q3_KBlock.BlockBytes)..]);
                    }
                }
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TrySearch(float* source, int blocks, RowImportance importance, float* scratch, float* found)
    {
        var run = SubLength * TSearch.Count;
        const int rowVectors = SymmetricSearchVector<TSearch>.RowVectors;
        var rows = scratch;
        var weights = scratch + (rowVectors * run);
        var lanes = TSearch.Count * SubBlocks;
        var sums = stackalloc float[TSearch.Count];
        ImportanceWeights.SumsOfSquares(source, Length, blocks, sums);
        for (var lane = 0; lane < blocks * SubBlocks; lane += TSearch.Count)
        {
            var place = lane * SubLength;
            var sigma2 = 2 * sums[lane / SubBlocks] / Length;
            ImportanceWeights.Weigh<TRow>(source + place, importance.At(place), sigma2, run, weights);
            Transposition.ToLanes(weights, TSearch.Count, SubLength, rows + TSearch.Count, rowVectors * TSearch.Count);
            Transposition.ToLanes(source + place, TSearch.Count, SubLength, rows, rowVectors * TSearch.Count);
            var sum = TSearch.Create(0);
            for (var row = rows; row < rows + (rowVectors * run); row += rowVectors * TSearch.Count)
            {
                sum += TSearch.Load(row + TSearch.Count);
            }

            sum.Store(found + (2 * lanes) + lane);
            if (!SymmetricSearchVector<TSearch>.TrySearch(rows, SubLength, Q3_KBlock.Half, found + lane, found + lanes + lane))
            {
                return false;
            }
        }

        return true;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryWriteScales(int blocks, float* rows, float* found, Span<byte> destination)
    {
        var run = SubBlocks * TSearch.Count;
        const int rowVectors = SymmetricSearchVector<TSearch>.RowVectors;
        var scales = stackalloc float[TSearch.Count];
        var inverses = stackalloc float[TSearch.Count];
        Transposition.ToLanes(found, TSearch.Count, SubBlocks, rows, rowVectors * TSearch.Count);
        Transposition.ToLanes(found + (2 * run), TSearch.Count, SubBlocks, rows + TSearch.Count, rowVectors * TSearch.Count);
        if (!SymmetricSearchVector<TSearch>.TrySearch(rows, SubBlocks, Q3_KBlock.HalfScale, scales, inverses))
        {
            return false;
        }

        var subScales = stackalloc byte[SubBlocks];
        for (var block = 0; block < blocks; block++)
        {
            CodeRounding<TRow>.RoundProducts(
                found + (block * SubBlocks), SubBlocks, inverses[block], Q3_KBlock.HalfScale, inverses[block] == 0 ? 0 : Q3_KBlock.HalfScale, subScales);
            Q3_KBlock.WriteScales(scales[block], new ReadOnlySpan<byte>(subScales, SubBlocks), destination[(block * Q3_KBlock.BlockBytes)..]);
        }

        return true;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(float* x, float* inverses, Span<byte> block)
    {
        var codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[SubBlocks];
        Q3_KBlock.ReadScales(block, scales);
        for (var j = 0; j < SubBlocks; j++)
        {
            if (scales[j] == 0)
            {
                // The codes of the search; a sub-block that counts as zero has 0 where the others have code + 4.
                CodeRounding<TRow>.RoundProducts(
                    x + (j * SubLength), SubLength, inverses[j], Q3_KBlock.Half, inverses[j] == 0 ? 0 : Q3_KBlock.Half, codes + (j * SubLength));
            }
            else
            {
                CodeRounding<TRow>.RoundQuotients(x + (j * SubLength), SubLength, scales[j], Q3_KBlock.Half, codes + (j * SubLength));
            }
        }

        Q3_KBlock.PackCodes(new ReadOnlySpan<byte>(codes, Length), block);
    }
}
