using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>A tensor with its name: the checkpoint's before it is mapped, GGUF's afterwards.</summary>
/// <param name="Name">The name, with suffix.</param>
/// <param name="Source">Its elements.</param>
internal sealed record NamedTensor(string Name, TensorSource Source);
