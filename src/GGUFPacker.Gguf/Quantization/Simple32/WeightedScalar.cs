using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>The types with nibbles with an importance, one block at a time. An element's weight depends on the mean square of its whole row.</summary>
internal static class WeightedScalar
{
    private const int Length = NibbleBlocks.Length;

    /// <summary>Quantizes whole rows.</summary>
    public static void Quantize<TFormat>(TFormat format, ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
        where TFormat : struct, IWeightedFormat
    {
        Span<float> weights = stackalloc float[Length];
        for (; source.Length > 0; source = source[importance.Length..])
        {
            var row = source[..importance.Length];
            var sigma2 = ImportanceWeights.SumOfSquares(row) / row.Length;
            for (var i = 0; i < row.Length; i += Length, destination = destination[format.BlockBytes..])
            {
                ImportanceWeights.Weigh(row.Slice(i, Length), importance[i..], sigma2, weights);
                format.Quantize(row.Slice(i, Length), weights, destination[..format.BlockBytes]);
            }
        }
    }
}
