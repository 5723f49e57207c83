using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// <see cref="Q3_KScalar"/> without an importance, with vectors. The search works across the sub-blocks of a block
/// (<see cref="RefinedSearchVector{T, TRow}"/>, lanes of <typeparamref name="TSearch"/>, a divisor of 16), the last rounding along a sub-block
/// (lanes of <typeparamref name="TRow"/>, a divisor of 16). There is no remainder. Blocks in which the vector search gives up go to the scalar code.
/// </summary>
internal static unsafe class Q3_KVector<TSearch, TRow>
    where TSearch : unmanaged, ILanes<TSearch>
    where TRow : unmanaged, ILanes<TRow>
{
    private const int Length = Q3_KBlock.Length;
    private const int SubBlocks = Q3_KBlock.SubBlocks;
    private const int SubLength = Q3_KBlock.SubLength;

    /// <summary>Quantizes whole blocks; with an importance, whole rows.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        if (!importance.IsEmpty)
        {
            WeightedQ3_KVector<TSearch, TRow>.Quantize(source, importance, destination);
            return;
        }

        var memory = stackalloc float[RefinedSearchVector<TSearch, TRow>.ScratchFloats(SubLength) + Length + CacheLine.Floats];
        var codes = CacheLine.Align(memory);
        var scratch = codes + Length;
        var scales = stackalloc float[SubBlocks];
        fixed (float* start = source)
        {
            for (var block = 0; block < source.Length / Length; block++)
            {
                var x = start + (block * Length);
                var target = destination.Slice(block * Q3_KBlock.BlockBytes, Q3_KBlock.BlockBytes);
                var isFound = true;
                var zeros = 0u;
                for (var j = 0; j < SubBlocks && isFound; j += TSearch.Count)
                {
                    isFound = RefinedSearchVector<TSearch, TRow>.TrySearch(
                        x + (j * SubLength), SubLength, Q3_KBlock.Half, scratch, codes + (j * SubLength), scales + j, out var zerosHere);
                    zeros |= zerosHere << j;
                }

                if (isFound)
                {
                    Q3_KBlock.WriteScales(new ReadOnlySpan<float>(scales, SubBlocks), target);
                    Finish(x, codes, zeros, target);
                }
                else
                {
                    Q3_KScalar.QuantizeBlock(new ReadOnlySpan<float>(x, Length), [], target);
                }
            }
        }
    }

    // The codes of each search are in lanes.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(float* x, float* found, uint zeros, Span<byte> block)
    {
        var codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[SubBlocks];
        Q3_KBlock.ReadScales(block, scales);
        for (var j = 0; j < SubBlocks; j++)
        {
            if (scales[j] != 0)
            {
                CodeRounding<TRow>.RoundQuotients(x + (j * SubLength), SubLength, scales[j], Q3_KBlock.Half, codes + (j * SubLength));
                continue;
            }

            // The codes of the search; a sub-block that counts as zero has 0 where the others have code + 4.
            var first = (j / TSearch.Count * TSearch.Count * SubLength) + (j % TSearch.Count);
            for (var i = 0; i < SubLength; i++)
            {
                codes[(j * SubLength) + i] = (byte)(((zeros >> j) & 1) != 0 ? 0 : (int)found[first + (i * TSearch.Count)] + Q3_KBlock.Half);
            }
        }

        Q3_KBlock.PackCodes(new ReadOnlySpan<byte>(codes, Length), block);
    }
}
