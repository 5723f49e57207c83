using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

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
    private const int SubLength = SymmetricSearchScalar.Length;
    private const int Half = SymmetricSearchScalar.Half;

    /// <summary>Quantizes whole blocks.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        var memory = stackalloc float[SymmetricSearchVector<TSearch>.ScratchFloats + CacheLine.Floats];
        var scratch = CacheLine.Align(memory);
        var scales = stackalloc float[SymmetricBlock.SubBlocks];
        var inverses = stackalloc float[SymmetricBlock.SubBlocks];
        fixed (float* start = source)
        {
            for (var block = 0; block < source.Length / SymmetricBlock.Length; block++)
            {
                var x = start + (block * SymmetricBlock.Length);
                var target = destination.Slice(block * SymmetricBlock.BlockBytes, SymmetricBlock.BlockBytes);
                var isFound = true;
                for (var j = 0; j < SymmetricBlock.SubBlocks && isFound; j += TSearch.Count)
                {
                    isFound = SymmetricSearchVector<TSearch>.TrySearch(x + (j * SubLength), scratch, scales + j, inverses + j);
                }

                if (isFound)
                {
                    Finish(x, new ReadOnlySpan<float>(scales, SymmetricBlock.SubBlocks), inverses, target);
                }
                else
                {
                    Q6_KScalar.Quantize(new ReadOnlySpan<float>(x, SymmetricBlock.Length), target);
                }
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(float* x, ReadOnlySpan<float> found, float* inverses, Span<byte> block)
    {
        if (!SymmetricBlock.TryWriteScales(found, block))
        {
            return;
        }

        var codes = stackalloc byte[SymmetricBlock.Length];
        Span<float> scales = stackalloc float[SymmetricBlock.SubBlocks];
        SymmetricBlock.ReadScales(block, scales);
        for (var j = 0; j < SymmetricBlock.SubBlocks; j++)
        {
            var sub = x + (j * SubLength);
            var subCodes = codes + (j * SubLength);
            if (scales[j] == 0)
            {
                // The codes of the search; a sub-block that counts as zero has 0 where the others have code + 32.
                RoundProducts(sub, inverses[j], inverses[j] == 0 ? 0 : Half, subCodes);
            }
            else if (!TryRoundQuotients(sub, scales[j], subCodes))
            {
                for (var i = 0; i < SubLength; i++)
                {
                    subCodes[i] = (byte)(Half + SymmetricSearchScalar.Code(sub[i] / scales[j]));
                }
            }
        }

        SymmetricBlock.PackCodes(new ReadOnlySpan<byte>(codes, SymmetricBlock.Length), block);
    }

    private static void RoundProducts(float* x, float inverse, float offset, byte* codes)
    {
        for (var i = 0; i < SubLength; i += TRow.Count)
        {
            (Code(TRow.Load(x + i) * TRow.Create(inverse)) + TRow.Create(offset)).StoreAsBytes(codes + i);
        }
    }

    // False if a quotient leaves the range in which rounding floats gives the reference's codes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryRoundQuotients(float* x, float scale, byte* codes)
    {
        var limit = TRow.Create(Arithmetic.NearestIntLimit);
        var isInRange = TRow.IsLess(TRow.Create(0), limit);
        for (var i = 0; i < SubLength; i += TRow.Count)
        {
            var quotient = TRow.Load(x + i) / TRow.Create(scale);
            isInRange = TRow.And(isInRange, TRow.IsLess(TRow.Abs(quotient), limit));
            (Code(quotient) + TRow.Create(Half)).StoreAsBytes(codes + i);
        }

        return TRow.AllSet(isInRange);
    }

    private static TRow Code(TRow scaled) => TRow.Max(TRow.Create(-Half), TRow.Min(TRow.Create(Half - 1), TRow.Round(scaled)));
}
