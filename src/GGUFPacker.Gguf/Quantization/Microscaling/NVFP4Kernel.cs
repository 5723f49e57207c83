namespace GGUFPacker.Gguf.Quantization.Microscaling;

/// <summary>NVFP4.</summary>
internal sealed class NVFP4Kernel : RowKernel
{
    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        NVFP4Scalar.Quantize(source, destination);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        NVFP4Vector<TRow>.Quantize(source, destination);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => NVFP4Scalar.Dequantize(source, destination);
}
