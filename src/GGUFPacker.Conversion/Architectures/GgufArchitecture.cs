using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>An architecture as llama.cpp knows it.</summary>
/// <param name="Name">The value of general.architecture and the first part of the keys of its hyperparameters.</param>
/// <param name="Kinds">The kinds of tensors that its models have.</param>
internal sealed record GgufArchitecture(string Name, ImmutableArray<TensorKind> Kinds)
{
    /// <summary>Whether its models have tensors of this kind.</summary>
    public bool Has(TensorKind kind) => Kinds.Contains(kind);
}
