namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>Q2_K, Q4_K and Q5_K.</summary>
internal sealed class AffineKKernel(AffineFormat format) : RowKernel
{
    /// <inheritdoc/>
    public override ImportanceUse Importance => ImportanceUse.Optional;

    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        AffineKScalar.Quantize(format, source, importance, destination);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        AffineKVector<TSearch, TRow>.Quantize(format, source, importance, destination);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => AffineKScalar.Dequantize(format, source, destination);
}
