using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Placements;

/// <summary>A weight and the buffer that it lies in. A tensor that two places need (a tied output, rope factors) is there once for each buffer.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Index">Its place in the header.</param>
/// <param name="Layer">Its layer, or -1 for input and output.</param>
/// <param name="Buffer">The kind of buffer.</param>
/// <param name="Device">The device's place, or <see cref="Placement.Host"/>.</param>
/// <param name="IsCopy">Whether the same tensor lies in another buffer already.</param>
internal sealed record PlacedWeight(TensorInfo Tensor, int Index, int Layer, BufferKind Buffer, int Device, bool IsCopy);
