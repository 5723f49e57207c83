using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// <see cref="Q3_KScalar"/> without an importance, with vectors. The search works across the sub-blocks of neighbouring blocks
/// (<see cref="RefinedSearchVector{T}"/>, with twice the lanes of <typeparamref name="TSearch"/>: each of its steps waits long for the one before, so that
/// more vectors side by side help more than registers for them); the last rounding works along a sub-block (lanes of <typeparamref name="TRow"/>, a divisor of 16).
/// If fewer blocks are left than a group takes, zeros stand in for the others. Groups in which the vector search gives up go to the scalar code.
/// </summary>
internal static unsafe class Q3_KVector<TSearch, TRow>
    where TSearch : unmanaged, ILanes<TSearch>
    where TRow : unmanaged, ILanes<TRow>
{
    private const int Length = Q3_KBlock.Length;
    private const int SubLength = Q3_KBlock.SubLength;

    private static int Lanes => LanesPair<TSearch>.Count;

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

        var groupLength = Lanes * SubLength;
        var memory = stackalloc float[(5 * groupLength) + (2 * Lanes) + CacheLine.Floats];
        var padded = CacheLine.Align(memory);
        var lanes = padded + groupLength;
        var codes = padded + (4 * groupLength);
        var scales = padded + (5 * groupLength);
        var isZero = scales + Lanes;
        fixed (float* start = source)
        {
            for (var done = 0; done < source.Length; done += groupLength)
            {
                var x = start + done;
                var length = Math.Min(groupLength, source.Length - done);
                if (length < groupLength)
                {
                    new ReadOnlySpan<float>(x, length).CopyTo(new Span<float>(padded, groupLength));
                    new Span<float>(padded + length, groupLength - length).Clear();
                    x = padded;
                }

                Transposition.ToLanes(x, Lanes, SubLength, lanes);
                var isFound = RefinedSearchVector<LanesPair<TSearch>>.TrySearch(lanes, SubLength, Q3_KBlock.Half, lanes + groupLength, codes, scales, isZero);
                for (var block = 0; block < length / Length; block++)
                {
                    var target = destination.Slice(((done / Length) + block) * Q3_KBlock.BlockBytes, Q3_KBlock.BlockBytes);
                    if (isFound)
                    {
                        var lane = block * Q3_KBlock.SubBlocks;
                        Q3_KBlock.WriteScales(new ReadOnlySpan<float>(scales + lane, Q3_KBlock.SubBlocks), target);
                        Finish(x + (block * Length), codes + lane, isZero + lane, target);
                    }
                    else
                    {
                        Q3_KScalar.QuantizeBlock(new ReadOnlySpan<float>(x + (block * Length), Length), [], target);
                    }
                }
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(float* x, float* found, float* isZero, Span<byte> block)
    {
        var codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[Q3_KBlock.SubBlocks];
        Q3_KBlock.ReadScales(block, scales);
        for (var j = 0; j < Q3_KBlock.SubBlocks; j++)
        {
            if (scales[j] != 0)
            {
                CodeRounding<TRow>.RoundQuotients(x + (j * SubLength), SubLength, scales[j], Q3_KBlock.Half, codes + (j * SubLength));
                continue;
            }

            // The codes of the search; a sub-block that counts as zero has 0 where the others have code + 4.
            for (var i = 0; i < SubLength; i++)
            {
                codes[(j * SubLength) + i] = (byte)(isZero[j] != 0 ? 0 : (int)found[(i * Lanes) + j] + Q3_KBlock.Half);
            }
        }

        Q3_KBlock.PackCodes(new ReadOnlySpan<byte>(codes, Length), block);
    }
}
