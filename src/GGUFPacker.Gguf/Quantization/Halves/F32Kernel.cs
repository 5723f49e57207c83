using System.Runtime.InteropServices;

namespace GGUFPacker.Gguf.Quantization.Halves;

/// <summary>F32: copied.</summary>
internal sealed class F32Kernel : RowKernel
{
    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        MemoryMarshal.AsBytes(source).CopyTo(destination);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination) =>
        source.CopyTo(MemoryMarshal.AsBytes(destination));
}
