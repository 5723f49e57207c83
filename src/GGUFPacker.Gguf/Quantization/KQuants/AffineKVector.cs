using System.Numerics;
using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// <see cref="AffineKScalar"/> with vectors, a group of blocks at a time. The search works across sub-blocks (<see cref="AffineSearchVector{T}"/>, lanes of
/// <typeparamref name="TSearch"/>, a multiple of 8 up to 16), that of scales and minima by importance across the group's blocks
/// (<see cref="PositiveSearchVector{T}"/>: as many as there are lanes); the last rounding works along a sub-block, where each element stands for itself
/// (lanes of <typeparamref name="TRow"/>, a divisor of 16). If fewer blocks are left than a group takes, zeros stand in for the others.
/// Blocks in which the vector search gives up go to the scalar code.
/// </summary>
internal static unsafe class AffineKVector<TSearch, TRow>
    where TSearch : unmanaged, ILanes<TSearch>
    where TRow : unmanaged, ILanes<TRow>
{
    private const int Length = AffineFormat.Length;

    /// <summary>Quantizes whole blocks; with an importance, whole rows.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(AffineFormat format, ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        var groupBlocks = importance.IsEmpty ? Math.Max(1, TSearch.Count / format.SubBlocks) : TSearch.Count;
        var groupLength = groupBlocks * Length;
        var lanes = groupBlocks * format.SubBlocks;
        var scratchFloats = 4 * AffineSearchScalar.LongestRun * TSearch.Count;
        var memory = stackalloc float[groupLength + scratchFloats + AffineFound.Floats(lanes) + CacheLine.Floats];
        var padded = CacheLine.Align(memory);
        var scratch = padded + groupLength;
        var found = new AffineFound(scratch + scratchFloats, lanes);
        fixed (float* start = source)
        {
            fixed (float* matrix = importance)
            {
                for (var done = 0; done < source.Length; done += groupLength)
                {
                    var length = Math.Min(groupLength, source.Length - done);
                    var x = Pad(start + done, length, groupLength, padded);
                    var isFound = Search(format, x, length / Length, new RowImportance(matrix, importance.Length, done), scratch, found);
                    var target = destination.Slice(done / Length * format.BlockBytes, length / Length * format.BlockBytes);
                    WriteScales(format, length / Length, !importance.IsEmpty, scratch, found, target);
                    for (var block = 0; block < length / Length; block++)
                    {
                        var blockTarget = target.Slice(block * format.BlockBytes, format.BlockBytes);
                        if (((isFound >> block) & 1) != 0)
                        {
                            Finish(format, x + (block * Length), found.From(block * format.SubBlocks), blockTarget);
                        }
                        else
                        {
                            var weights = importance.IsEmpty ? importance : importance.Slice((done + (block * Length)) % importance.Length, Length);
                            AffineKScalar.QuantizeBlock(format, new ReadOnlySpan<float>(x + (block * Length), Length), weights, blockTarget);
                        }
                    }
                }
            }
        }
    }

    private static float* Pad(float* x, int length, int groupLength, float* padded)
    {
        if (length == groupLength)
        {
            return x;
        }

        var group = new Span<float>(padded, groupLength);
        new ReadOnlySpan<float>(x, length).CopyTo(group);
        group[length..].Clear();
        return padded;
    }

    // Searches all sub-blocks of the group. The result has a bit for each block whose sub-blocks are all found.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Search(AffineFormat format, float* source, int blocks, RowImportance importance, float* scratch, AffineFound found)
    {
        var length = format.SubLength;
        const int rowVectors = AffineSearchVector<TSearch>.RowVectors;
        var rows = scratch;
        var weights = rows + (length * rowVectors * TSearch.Count);
        var parameters = importance.IsEmpty ? format.Parameters : AffineSearchParameters.Weighted(format.Highest);
        var sigma2 = stackalloc float[TSearch.Count];
        if (!importance.IsEmpty)
        {
            ImportanceWeights.SumsOfSquares(source, Length, blocks, sigma2);
        }

        var missing = 0u;
        for (var lane = 0; lane < blocks * format.SubBlocks; lane += TSearch.Count)
        {
            Transposition.ToLanes(source + (lane * length), TSearch.Count, length, rows, rowVectors * TSearch.Count);
            if (importance.IsEmpty)
            {
                MagnitudeWeights.Weigh<TSearch>(rows, length, format.WeighsWithRootMeanSquare);
            }
            else
            {
                for (var j = 0; j < TSearch.Count; j++)
                {
                    var block = (lane + j) / format.SubBlocks;
                    var place = (lane + j) * length;
                    var mean = block < blocks ? format.SquaresFactor * sigma2[block] / Length : 0;
                    ImportanceWeights.Weigh<TRow>(source + place, importance.At(place), mean, length, weights + (j * length));
                }

                Transposition.ToLanes(weights, TSearch.Count, length, rows + TSearch.Count, rowVectors * TSearch.Count);
            }

            if (!AffineSearchVector<TSearch>.TrySearch(rows, length, parameters, found.From(lane)))
            {
                for (var block = lane / format.SubBlocks; block <= (lane + TSearch.Count - 1) / format.SubBlocks; block++)
                {
                    missing |= 1u << block;
                }
            }
        }

        return ~missing;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteScales(AffineFormat format, int blocks, bool isWeighted, float* scratch, AffineFound found, Span<byte> destination)
    {
        var subBlocks = format.SubBlocks;
        if (!isWeighted)
        {
            for (var block = 0; block < blocks; block++)
            {
                var scales = new ReadOnlySpan<float>(found.Scales + (block * subBlocks), subBlocks);
                var minima = new ReadOnlySpan<float>(found.Minima + (block * subBlocks), subBlocks);
                format.WriteScales(scales, minima, destination.Slice(block * format.BlockBytes, format.BlockBytes));
            }

            return;
        }

        var run = subBlocks * TSearch.Count;
        var weights = scratch;
        var scaleCodes = scratch + run;
        var minimumCodes = scratch + (2 * run);
        var numbers = scratch + (3 * run);
        var blockScales = stackalloc float[TSearch.Count];
        var blockMinima = stackalloc float[TSearch.Count];
        Transposition.ToLanes(found.Weights, TSearch.Count, subBlocks, weights);
        Transposition.ToLanes(found.Scales, TSearch.Count, subBlocks, numbers);
        var isFound = PositiveSearchVector<TSearch>.Search(numbers, weights, subBlocks, format.HighestScale, scaleCodes, blockScales);
        Transposition.ToLanes(found.Minima, TSearch.Count, subBlocks, numbers);
        isFound &= PositiveSearchVector<TSearch>.Search(numbers, weights, subBlocks, format.HighestScale, minimumCodes, blockMinima);

        Span<byte> subScales = stackalloc byte[AffineFormat.MostSubBlocks];
        Span<byte> subMinima = stackalloc byte[AffineFormat.MostSubBlocks];
        for (var block = 0; block < blocks; block++)
        {
            var target = destination.Slice(block * format.BlockBytes, format.BlockBytes);
            if (((isFound >> block) & 1) != 0)
            {
                for (var j = 0; j < subBlocks; j++)
                {
                    subScales[j] = (byte)scaleCodes[(j * TSearch.Count) + block];
                    subMinima[j] = (byte)minimumCodes[(j * TSearch.Count) + block];
                }

                format.WriteScales(blockScales[block], blockMinima[block], subScales, subMinima, target);
            }
            else
            {
                var rows = found.From(block * subBlocks);
                AffineKScalar.WriteWeighted(format, new(rows.Scales, subBlocks), new(rows.Minima, subBlocks), new(rows.Weights, subBlocks), target);
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(AffineFormat format, float* x, AffineFound found, Span<byte> block)
    {
        var codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[AffineFormat.MostSubBlocks];
        Span<float> minima = stackalloc float[AffineFormat.MostSubBlocks];
        format.ReadScales(block, scales, minima);
        var length = format.SubLength;
        for (var j = 0; j < format.SubBlocks; j++)
        {
            var sub = x + (j * length);
            var subCodes = codes + (j * length);
            if (scales[j] == 0)
            {
                // Inside the search's range by construction.
                RoundProducts(sub, length, found.Inverses[j], found.CodeMinima[j], format.Highest, subCodes);
            }
            else if (!TryRoundQuotients(sub, length, scales[j], minima[j], format.Highest, subCodes))
            {
                for (var i = 0; i < length; i++)
                {
                    subCodes[i] = (byte)Math.Clamp(Arithmetic.NearestInt((sub[i] + minima[j]) / scales[j]), 0, format.Highest);
                }
            }
        }

        format.PackCodes(new ReadOnlySpan<byte>(codes, Length), block);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RoundProducts(float* x, int length, float inverse, float minimum, int highest, byte* codes)
    {
        for (var i = 0; i < length; i += TRow.Count)
        {
            TRow.Clamp(TRow.Round(TRow.Create(inverse) * (TRow.Load(x + i) - TRow.Create(minimum))), 0, highest).StoreAsBytes(codes + i);
        }
    }

    // False if a quotient leaves the range in which rounding floats gives the reference's codes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRoundQuotients(float* x, int length, float scale, float minimum, int highest, byte* codes)
    {
        var limit = TRow.Create(Arithmetic.NearestIntLimit);
        var isInRange = TRow.IsLess(TRow.Create(0), limit);
        for (var i = 0; i < length; i += TRow.Count)
        {
            var quotient = (TRow.Load(x + i) + TRow.Create(minimum)) / TRow.Create(scale);
            isInRange = TRow.And(isInRange, TRow.IsLess(TRow.Abs(quotient), limit));
            TRow.Clamp(TRow.Round(quotient), 0, highest).StoreAsBytes(codes + i);
        }

        return TRow.AllSet(isInRange);
    }
}
