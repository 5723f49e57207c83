namespace GGUFPacker.Gguf.Quantization.Ternary;

/// <summary>TQ1_0.</summary>
internal sealed class TQ1_0Kernel : RowKernel
{
    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        TQ1_0Scalar.Quantize(source, destination);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        TQ1_0Vector<TRow>.Quantize(source, destination);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => TQ1_0Scalar.Dequantize(source, destination);
}
