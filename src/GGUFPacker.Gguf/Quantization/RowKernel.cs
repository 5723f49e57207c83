using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization;

/// <summary>
/// How the elements of one tensor type are stored and restored. Sources are whole blocks. Importance is empty, or has one weight for each element of a
/// row: the source is then whole rows of that length. Lengths were checked by <see cref="RowKernels"/>.
/// </summary>
internal abstract class RowKernel
{
    /// <summary>What the type makes of an importance matrix.</summary>
    public virtual ImportanceUse Importance => ImportanceUse.Ignored;

    /// <summary>Stores floats: the reference, one number at a time.</summary>
    /// <exception cref="ArithmeticException">The source has numbers that the type cannot hold, on which ggml aborts.</exception>
    public abstract void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination);

    /// <summary>Stores floats with vectors, to the same bytes.</summary>
    /// <typeparam name="TSearch">Lanes for searches across blocks, which may be pairs of vectors.</typeparam>
    /// <typeparam name="TRow">Lanes for work along a row, a divisor of 32.</typeparam>
    public virtual void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
        where TSearch : unmanaged, ILanes<TSearch>
        where TRow : unmanaged, ILanes<TRow> => Quantize(source, importance, destination);

    /// <summary>Restores floats.</summary>
    public abstract void Dequantize(ReadOnlySpan<byte> source, Span<float> destination);
}
