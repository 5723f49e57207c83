namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>Q6_K.</summary>
internal sealed class Q6_KKernel : RowKernel
{
    /// <inheritdoc/>
    public override ImportanceUse Importance => ImportanceUse.Optional;

    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        Q6_KScalar.Quantize(source, importance, destination);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        Q6_KVector<TSearch, TRow>.Quantize(source, importance, destination);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => Q6_KScalar.Dequantize(source, destination);
}
