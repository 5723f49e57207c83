using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>What a source tensor becomes.</summary>
public sealed record PlannedTensor
{
    /// <summary>The tensor's place in the source.</summary>
    public required int SourceIndex { get; init; }

    /// <summary>The tensor as it is in the source.</summary>
    public required TensorInfo Source { get; init; }

    /// <summary>The tensor as it is in the output: another type, and another name if layers were left out before it.</summary>
    public required TensorInfo Target { get; init; }

    /// <summary>The type that was wanted; another than the target's if the tensor's rows do not fit the blocks of that type.</summary>
    public required TensorType WantedType { get; init; }

    /// <summary>Whether the target type makes no sense without an importance matrix.</summary>
    public required bool RequiresImatrix { get; init; }

    /// <summary>Whether the importance matrix has weights for the tensor. They are looked up under the source's name.</summary>
    public ImportanceMatch ImportanceMatch { get; init; }

    /// <summary>The weights to quantize with, or null.</summary>
    public ImportanceEntry? Importance { get; init; }

    /// <summary>The file of a split output that the tensor goes into, from 0.</summary>
    public int Part { get; init; }

    /// <summary>The number of weights that an importance matrix must have for the tensor: one for each column, for each expert.</summary>
    public long ImportanceCount => checked(Source.Columns * (Source.Shape.Length > 2 ? Source.Shape[2] : 1));

    /// <summary>Whether the data changes.</summary>
    public bool IsQuantized => Source.Type != Target.Type;

    /// <summary>Whether the wanted type was replaced by one that fits the tensor's rows.</summary>
    public bool IsFallback => Target.Type != WantedType;
}
