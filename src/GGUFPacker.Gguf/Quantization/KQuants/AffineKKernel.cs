namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>Q4_K (4 bits) and Q5_K (5).</summary>
internal sealed class AffineKKernel(int bits) : RowKernel
{
    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) => AffineKScalar.Quantize(bits, source, destination);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        AffineKVector<TSearch, TRow>.Quantize(bits, source, destination);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => AffineKScalar.Dequantize(bits, source, destination);
}
