using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>What a tensor becomes.</summary>
/// <param name="Type">Its type in the output.</param>
/// <param name="Wanted">The type that was wanted; another than <paramref name="Type"/> if the tensor's rows do not fit its blocks.</param>
/// <param name="RequiresImatrix">Whether llama.cpp refuses to quantize the tensor to this type without an importance matrix.</param>
internal readonly record struct TensorTypeDecision(TensorType Type, TensorType Wanted, bool RequiresImatrix)
{
    /// <summary>Whether the rows do not fit the blocks of the wanted type.</summary>
    public bool IsFallback => Type != Wanted;
}
