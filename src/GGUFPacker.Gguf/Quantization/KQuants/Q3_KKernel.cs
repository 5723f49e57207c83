namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>Q3_K.</summary>
internal sealed class Q3_KKernel : RowKernel
{
    /// <inheritdoc/>
    public override ImportanceUse Importance => ImportanceUse.Optional;

    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        Q3_KScalar.Quantize(source, importance, destination);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        Q3_KVector<TSearch, TRow>.Quantize(source, importance, destination);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => Q3_KScalar.Dequantize(source, destination);
}
