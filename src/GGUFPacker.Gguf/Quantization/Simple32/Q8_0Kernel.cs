namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>Q8_0.</summary>
internal sealed class Q8_0Kernel : RowKernel
{
    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        Q8_0Scalar.Quantize(source, destination);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        Q8_0Vector<TRow>.Quantize(source, destination);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => Q8_0Scalar.Dequantize(source, destination);
}
