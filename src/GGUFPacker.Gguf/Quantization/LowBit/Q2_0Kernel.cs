namespace GGUFPacker.Gguf.Quantization.LowBit;

/// <summary>Q2_0.</summary>
internal sealed class Q2_0Kernel : RowKernel
{
    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        Q2_0Scalar.Quantize(source, destination);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        Q2_0Vector<TRow>.Quantize(source, destination);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => Q2_0Scalar.Dequantize(source, destination);
}
