namespace GGUFPacker.Gguf.Quantization.Microscaling;

/// <summary>MXFP4.</summary>
internal sealed class MXFP4Kernel : RowKernel
{
    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        MXFP4Scalar.Quantize(source, destination);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        MXFP4Vector<TRow>.Quantize(source, destination);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => MXFP4Scalar.Dequantize(source, destination);
}
