namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>Q4_0 (4 bits) and Q5_0 (5).</summary>
internal sealed class SymmetricKernel(int bits) : RowKernel
{
    /// <inheritdoc/>
    public override ImportanceUse Importance => ImportanceUse.Optional;

    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        if (importance.IsEmpty)
        {
            SymmetricScalar.Quantize(bits, source, destination);
        }
        else
        {
            WeightedScalar.Quantize(new SymmetricWeightedFormat(bits), source, importance, destination);
        }
    }

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        if (importance.IsEmpty)
        {
            SymmetricVector<TRow>.Quantize(bits, source, destination);
        }
        else
        {
            WeightedVector<TSearch, TRow, SymmetricWeightedFormat>.Quantize(new SymmetricWeightedFormat(bits), source, importance, destination);
        }
    }

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) => SymmetricScalar.Dequantize(bits, source, destination);
}
