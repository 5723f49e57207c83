namespace GGUFPacker.Gguf.Quantization.NonLinear;

/// <summary>IQ4_XS.</summary>
internal sealed class IQ4_XSKernel : RowKernel
{
    /// <inheritdoc/>
    public override ImportanceUse Importance => ImportanceUse.Optional;

    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        IQ4_XSScalar.Quantize(source, importance, destination);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        IQ4_XSVector<TSearch, TRow>.Quantize(source, importance, destination);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => IQ4_XSScalar.Dequantize(source, destination);
}
