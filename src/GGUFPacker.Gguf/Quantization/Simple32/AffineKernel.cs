namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>Q4_1 (4 bits) and Q5_1 (5).</summary>
internal sealed class AffineKernel(int bits) : RowKernel
{
    /// <inheritdoc/>
    public override ImportanceUse Importance => ImportanceUse.Optional;

    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        if (importance.IsEmpty)
        {
            AffineScalar.Quantize(bits, source, destination);
        }
        else
        {
            WeightedScalar.Quantize(new AffineWeightedFormat(bits), source, importance, destination);
        }
    }

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        if (importance.IsEmpty)
        {
            AffineVector<TRow>.Quantize(bits, source, destination);
        }
        else
        {
            WeightedVector<TSearch, TRow, AffineWeightedFormat>.Quantize(new AffineWeightedFormat(bits), source, importance, destination);
        }
    }

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => AffineScalar.Dequantize(bits, source, destination);
}
