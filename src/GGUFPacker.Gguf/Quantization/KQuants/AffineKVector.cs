using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// <see cref="AffineKScalar"/> with vectors. The search works across sub-blocks (<see cref="AffineSearchVector{T}"/>, lanes of
/// <typeparamref name="TSearch"/>: whole blocks, eight sub-blocks each); the last rounding works along a sub-block, where each element stands for itself
/// (lanes of <typeparamref name="TRow"/>, a divisor of 32). If fewer blocks are left than the search takes, the other lanes are given zeros.
/// Blocks in which the vector search gives up go to the scalar code.
/// </summary>
internal static unsafe class AffineKVector<TSearch, TRow>
    where TSearch : unmanaged, ILanes<TSearch>
    where TRow : unmanaged, ILanes<TRow>
{
    private const int SubLength = AffineSearchScalar.Length;

    /// <summary>Quantizes whole blocks with 4 or 5 bits.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(int bits, ReadOnlySpan<float> source, Span<byte> destination)
    {
        var parameters = bits == 4 ? AffineSearchParameters.Q4_K : AffineSearchParameters.Q5_K;
        var blockBytes = bits == 4 ? 144 : 176;
        var groupLength = TSearch.Count * SubLength;
        var memory = stackalloc float[AffineSearchVector<TSearch>.ScratchFloats + groupLength + (4 * TSearch.Count) + CacheLine.Floats];
        var scratch = CacheLine.Align(memory);
        var padded = scratch + AffineSearchVector<TSearch>.ScratchFloats;
        var found = padded + groupLength;

        fixed (float* start = source)
        {
            for (var done = 0; done < source.Length; done += groupLength)
            {
                var x = start + done;
                var length = Math.Min(groupLength, source.Length - done);
                if (length < groupLength)
                {
                    var group = new Span<float>(padded, groupLength);
                    source[done..].CopyTo(group);
                    group[length..].Clear();
                    x = padded;
                }

                var isFound = AffineSearchVector<TSearch>.TrySearch(x, parameters, scratch, found);
                for (var block = 0; block < length / AffineBlock.Length; block++)
                {
                    var target = destination.Slice(((done / AffineBlock.Length) + block) * blockBytes, blockBytes);
                    if (isFound)
                    {
                        Finish(bits, parameters.Highest, x + (block * AffineBlock.Length), found + (block * AffineBlock.SubBlocks), target);
                    }
                    else
                    {
                        AffineKScalar.Quantize(bits, new ReadOnlySpan<float>(x + (block * AffineBlock.Length), AffineBlock.Length), target);
                    }
                }
            }
        }
    }

    // `found` has four rows of one number for each lane: scales, minima, and inverse scales and minima that give the codes.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(int bits, int highest, float* x, float* found, Span<byte> block)
    {
        var codes = stackalloc byte[AffineBlock.Length];
        Span<float> scales = stackalloc float[AffineBlock.SubBlocks];
        Span<float> minima = stackalloc float[AffineBlock.SubBlocks];
        AffineBlock.WriteScales(new ReadOnlySpan<float>(found, AffineBlock.SubBlocks), new ReadOnlySpan<float>(found + TSearch.Count, AffineBlock.SubBlocks), block);
        AffineBlock.ReadScales(block, scales, minima);
        for (var j = 0; j < AffineBlock.SubBlocks; j++)
        {
            var sub = x + (j * SubLength);
            var subCodes = codes + (j * SubLength);
            if (scales[j] == 0)
            {
                // Inside the search's range by construction.
                RoundProducts(sub, found[(2 * TSearch.Count) + j], found[(3 * TSearch.Count) + j], highest, subCodes);
            }
            else if (!TryRoundQuotients(sub, scales[j], minima[j], highest, subCodes))
            {
                for (var i = 0; i < SubLength; i++)
                {
                    subCodes[i] = (byte)Math.Clamp(Arithmetic.NearestInt((sub[i] + minima[j]) / scales[j]), 0, highest);
                }
            }
        }

        AffineBlock.PackCodes(bits, new ReadOnlySpan<byte>(codes, AffineBlock.Length), block);
    }

    private static void RoundProducts(float* x, float inverse, float minimum, int highest, byte* codes)
    {
        for (var i = 0; i < SubLength; i += TRow.Count)
        {
            var code = TRow.Round(TRow.Create(inverse) * (TRow.Load(x + i) - TRow.Create(minimum)));
            TRow.Max(TRow.Create(0), TRow.Min(TRow.Create(highest), code)).StoreAsBytes(codes + i);
        }
    }

    // False if a quotient leaves the range in which rounding floats gives the reference's codes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryRoundQuotients(float* x, float scale, float minimum, int highest, byte* codes)
    {
        var limit = TRow.Create(Arithmetic.NearestIntLimit);
        var isInRange = TRow.IsLess(TRow.Create(0), limit);
        for (var i = 0; i < SubLength; i += TRow.Count)
        {
            var quotient = (TRow.Load(x + i) + TRow.Create(minimum)) / TRow.Create(scale);
            isInRange = TRow.And(isInRange, TRow.IsLess(TRow.Abs(quotient), limit));
            TRow.Max(TRow.Create(0), TRow.Min(TRow.Create(highest), TRow.Round(quotient))).StoreAsBytes(codes + i);
        }

        return TRow.AllSet(isInRange);
    }
}
