using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// The formats of <see cref="AffineFormat"/>, one block of 256 at a time: the search gives each sub-block its scale and minimum; these are rounded to few
/// bits, with an importance by a search of their own; then all elements are rounded anew to the scales as they are stored.
/// </summary>
internal static class AffineKScalar
{
    private const int Length = AffineFormat.Length;

    /// <summary>Quantizes whole blocks; with an importance, whole rows.</summary>
    public static void Quantize(AffineFormat format, ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        for (var done = 0; done < source.Length; done += Length, destination = destination[format.BlockBytes..])
        {
            var weights = importance.IsEmpty ? importance : importance.Slice(done % importance.Length, Length);
            QuantizeBlock(format, source.Slice(done, Length), weights, destination[..format.BlockBytes]);
        }
    }

    /// <summary>Quantizes one block, with the importance of its elements or none.</summary>
    public static void QuantizeBlock(AffineFormat format, ReadOnlySpan<float> x, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[AffineFormat.MostSubBlocks];
        Span<float> minima = stackalloc float[AffineFormat.MostSubBlocks];
        Span<float> weights = stackalloc float[AffineSearchScalar.LongestRun];
        Span<float> sumsOfWeights = stackalloc float[AffineFormat.MostSubBlocks];
        var length = format.SubLength;
        weights = weights[..length];
        var parameters = importance.IsEmpty ? format.Parameters : AffineSearchParameters.Weighted(format.Highest);
        var sigma2 = importance.IsEmpty ? 0 : format.SquaresFactor * ImportanceWeights.SumOfSquares(x) / Length;
        for (var j = 0; j < format.SubBlocks; j++)
        {
            var sub = x.Slice(j * length, length);
            if (importance.IsEmpty)
            {
                MagnitudeWeights.Weigh(sub, format.WeighsWithRootMeanSquare, weights);
            }
            else
            {
                ImportanceWeights.Weigh(sub, importance[(j * length)..], sigma2, weights);
                sumsOfWeights[j] = ImportanceWeights.Sum(weights);
            }

            scales[j] = AffineSearchScalar.Search(sub, weights, parameters, codes[(j * length)..], out minima[j]);
        }

        if (importance.IsEmpty)
        {
            format.WriteScales(scales, minima, block);
        }
        else
        {
            WriteWeighted(format, scales[..format.SubBlocks], minima[..format.SubBlocks], sumsOfWeights, block);
        }

        format.ReadScales(block, scales, minima);
        for (var i = 0; i < Length; i++)
        {
            // A scale that vanished in few bits leaves the codes of the search.
            var scale = scales[i / length];
            if (scale != 0)
            {
                codes[i] = (byte)Math.Clamp(Arithmetic.NearestInt((x[i] + minima[i / length]) / scale), 0, format.Highest);
            }
        }

        format.PackCodes(codes, block);
    }

    /// <summary>Rounds a block's scales and minima by the weights of its sub-blocks, and writes them.</summary>
    public static void WriteWeighted(AffineFormat format, ReadOnlySpan<float> scales, ReadOnlySpan<float> minima, ReadOnlySpan<float> weights, Span<byte> block)
    {
        Span<byte> subScales = stackalloc byte[AffineFormat.MostSubBlocks];
        Span<byte> subMinima = stackalloc byte[AffineFormat.MostSubBlocks];
        var scale = PositiveSearchScalar.Search(scales, weights, format.HighestScale, subScales);
        var minimum = PositiveSearchScalar.Search(minima, weights, format.HighestScale, subMinima);
        format.WriteScales(scale, minimum, subScales, subMinima, block);
    }

    /// <summary>Restores whole blocks: code * scale - minimum.</summary>
    public static void Dequantize(AffineFormat format, ReadOnlySpan<byte> source, Span<float> destination)
    {
        Span<byte> codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[AffineFormat.MostSubBlocks];
        Span<float> minima = stackalloc float[AffineFormat.MostSubBlocks];
        for (; destination.Length >= Length; source = source[format.BlockBytes..], destination = destination[Length..])
        {
            var block = source[..format.BlockBytes];
            format.ReadScales(block, scales, minima);
            format.UnpackCodes(block, codes);
            for (var j = 0; j < format.SubBlocks; j++)
            {
                var first = j * format.SubLength;
                CodeExpansion.Affine(codes.Slice(first, format.SubLength), scales[j], -minima[j], destination[first..]);
            }
        }
    }
}
