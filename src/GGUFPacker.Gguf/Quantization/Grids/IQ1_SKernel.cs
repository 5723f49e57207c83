namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>IQ1_S. The vector path is the same for all widths, see <see cref="GridKernel"/>.</summary>
internal sealed class IQ1_SKernel : RowKernel
{
    /// <inheritdoc/>
    public override ImportanceUse Importance => ImportanceUse.Required;

    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        for (var at = 0; at < source.Length; at += SplitScheme.Length, destination = destination[IQ1_SScalar.BlockBytes..])
        {
            var weights = importance.IsEmpty ? [] : importance.Slice(at % importance.Length, SplitScheme.Length);
            IQ1_SScalar.Quantize(source.Slice(at, SplitScheme.Length), weights, destination);
        }
    }

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        for (var at = 0; at < source.Length; at += SplitScheme.Length, destination = destination[IQ1_SScalar.BlockBytes..])
        {
            var weights = importance.IsEmpty ? [] : importance.Slice(at % importance.Length, SplitScheme.Length);
            IQ1_SVector.Quantize(source.Slice(at, SplitScheme.Length), weights, destination);
        }
    }

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (; destination.Length >= SplitScheme.Length; source = source[IQ1_SScalar.BlockBytes..], destination = destination[SplitScheme.Length..])
        {
            IQ1_SScalar.Dequantize(source, destination);
        }
    }
}
