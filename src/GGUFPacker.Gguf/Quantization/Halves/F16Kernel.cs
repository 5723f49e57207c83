using System.Runtime.InteropServices;

namespace GGUFPacker.Gguf.Quantization.Halves;

/// <summary>F16: rounded to nearest even.</summary>
internal sealed class F16Kernel : RowKernel
{
    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        HalfConversions.SingleToHalf(source, MemoryMarshal.Cast<byte, ushort>(destination), useVectors: false);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        HalfConversions.SingleToHalf(source, MemoryMarshal.Cast<byte, ushort>(destination), useVectors: true);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) =>
        HalfConversions.HalfToSingle(MemoryMarshal.Cast<byte, ushort>(source), destination);
}
