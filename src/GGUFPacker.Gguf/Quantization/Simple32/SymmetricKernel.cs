namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>Q4_0 (4 bits) and Q5_0 (5).</summary>
internal sealed class SymmetricKernel(int bits) : RowKernel
{
    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) => SymmetricScalar.Quantize(bits, source, destination);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        SymmetricVector<TRow>.Quantize(bits, source, destination);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => SymmetricScalar.Dequantize(bits, source, destination);
}
