namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>IQ1_M. The vector path is the same for all widths, see <see cref="GridKernel"/>.</summary>
internal sealed class IQ1_MKernel : RowKernel
{
    /// <inheritdoc/>
    public override ImportanceUse Importance => ImportanceUse.Optional;

    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        for (var at = 0; at < source.Length; at += SplitScheme.Length, destination = destination[IQ1_MScalar.BlockBytes..])
        {
            var weights = importance.IsEmpty ? [] : importance.Slice(at % importance.Length, SplitScheme.Length);
            IQ1_MScalar.Quantize(source.Slice(at, SplitScheme.Length), weights, destination);
        }
    }

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        for (var at = 0; at < source.Length; at += SplitScheme.Length, destination = destination[IQ1_MScalar.BlockBytes..])
        {
            var weights = importance.IsEmpty ? [] : importance.Slice(at % importance.Length, SplitScheme.Length);
            IQ1_MVector.Quantize(source.Slice(at, SplitScheme.Length), weights, destination);
        }
    }

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (; destination.Length >= SplitScheme.Length; source = source[IQ1_MScalar.BlockBytes..], destination = destination[SplitScheme.Length..])
        {
            IQ1_MScalar.Dequantize(source, destination);
        }
    }
}
