using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>What a user says about the types of the tensors.</summary>
public record TensorTypeOptions
{
    /// <summary>What to quantize to.</summary>
    public required QuantizeType Type { get; init; }

    /// <summary>Gives every tensor the default type instead of following the mixture (<c>--pure</c>).</summary>
    public bool Pure { get; init; }

    /// <summary>Keeps <c>output.weight</c> as it is (<c>--leave-output-tensor</c>).</summary>
    public bool LeaveOutputTensor { get; init; }

    /// <summary>The type of <c>output.weight</c>, or of the token embedding that takes its place (<c>--output-tensor-type</c>).</summary>
    public TensorType? OutputTensorType { get; init; }

    /// <summary>The type of the token embedding (<c>--token-embedding-type</c>).</summary>
    public TensorType? TokenEmbeddingType { get; init; }

    /// <summary>Choices by name; the first that matches wins. Without effect if the file type is F32, F16 or BF16.</summary>
    public ImmutableArray<TensorTypeRule> TensorTypes { get; init; } = [];
}
