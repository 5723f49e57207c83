using System.Runtime.InteropServices;

namespace GGUFPacker.Gguf.Quantization.Halves;

/// <summary>BF16: rounded to nearest even, subnormal numbers kept.</summary>
internal sealed class BF16Kernel : RowKernel
{
    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        HalfConversions.SingleToBFloat16(source, MemoryMarshal.Cast<byte, ushort>(destination), useVectors: false);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        HalfConversions.SingleToBFloat16(source, MemoryMarshal.Cast<byte, ushort>(destination), useVectors: true);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) =>
        HalfConversions.BFloat16ToSingle(MemoryMarshal.Cast<byte, ushort>(source), destination);
}
