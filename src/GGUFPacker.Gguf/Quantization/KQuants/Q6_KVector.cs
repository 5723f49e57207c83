using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// <see cref="Q6_KScalar"/> with vectors. The search works across the sixteen sub-blocks of a block (<see cref="SymmetricSearchVector{T}"/>, lanes of
/// <typeparamref name="TSearch"/>: a divisor of 16); the last rounding works along a sub-block, where each element stands for itself
/// (lanes of <typeparamref name="TRow"/>, a divisor of 16). There is no remainder. Blocks in which the vector search gives up go to the scalar code.
/// </summary>
internal static unsafe class Q6_KVector<TSearch, TRow>
    where TSearch : unmanaged, ILanes<TSearch>
    where TRow : unmanaged, ILanes<TRow>
{
    private const int Length = Q6_KBlock.Length;
    private const int SubLength = Q6_KBlock.SubLength;

    /// <summary>Quantizes whole blocks; with an importance, whole rows.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        var memory = stackalloc float[(SymmetricSearchVector<TSearch>.RowVectors * SubLength * TSearch.Count) + CacheLine.Floats];
        var rows = CacheLine.Align(memory);
        var scales = stackalloc float[Q6_KBlock.SubBlocks];
        var inverses = stackalloc float[Q6_KBlock.SubBlocks];
        fixed (float* start = source)
        {
            fixed (float* matrix = importance)
            {
                for (var block = 0; block < source.Length / Length; block++)
                {
                    var x = start + (block * Length);
                    var weights = importance.IsEmpty ? null : matrix + (block * Length % importance.Length);
                    var target = destination.Slice(block * Q6_KBlock.BlockBytes, Q6_KBlock.BlockBytes);
                    if (TrySearch(x, weights, rows, scales, inverses))
                    {
                        Finish(x, new ReadOnlySpan<float>(scales, Q6_KBlock.SubBlocks), inverses, target);
                    }
                    else
                    {
                        Q6_KScalar.QuantizeBlock(new ReadOnlySpan<float>(x, Length), new ReadOnlySpan<float>(weights, weights is null ? 0 : Length), target);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TrySearch(float* source, float* importance, float* rows, float* scales, float* inverses)
    {
        const int rowVectors = SymmetricSearchVector<TSearch>.RowVectors;
        var isFound = true;
        for (var j = 0; j < Q6_KBlock.SubBlocks && isFound; j += TSearch.Count)
        {
            Transposition.ToLanes(source + (j * SubLength), TSearch.Count, SubLength, rows, rowVectors * TSearch.Count);
            if (importance is null)
            {
                SymmetricSearchVector<TSearch>.Weigh(rows, SubLength);
            }
            else
            {
                Transposition.ToLanes(importance + (j * SubLength), TSearch.Count, SubLength, rows + TSearch.Count, rowVectors * TSearch.Count);
            }

            isFound = SymmetricSearchVector<TSearch>.TrySearch(rows, SubLength, Q6_KBlock.Half, scales + j, inverses + j);
        }

        return isFound;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(float* x, ReadOnlySpan<float> found, float* inverses, Span<byte> block)
    {
        if (!Q6_KBlock.TryWriteScales(found, block))
        {
            return;
        }

        var codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[Q6_KBlock.SubBlocks];
        Q6_KBlock.ReadScales(block, scales);
        for (var j = 0; j < Q6_KBlock.SubBlocks; j++)
        {
            if (scales[j] == 0)
            {
                // The codes of the search; a sub-block that counts as zero has 0 where the others have code + 32.
                CodeRounding<TRow>.RoundProducts(
                    x + (j * SubLength), SubLength, inverses[j], Q6_KBlock.Half, inverses[j] == 0 ? 0 : Q6_KBlock.Half, codes + (j * SubLength));
            }
            else
            {
                CodeRounding<TRow>.RoundQuotients(x + (j * SubLength), SubLength, scales[j], Q6_KBlock.Half, codes + (j * SubLength));
            }
        }

        Q6_KBlock.PackCodes(new ReadOnlySpan<byte>(codes, Length), block);
    }
}
