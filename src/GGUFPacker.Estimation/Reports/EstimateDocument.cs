using System.Collections.Immutable;
using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Estimation.Reports;

/// <summary>What a report tells: a model, its engine, and one or several estimates of it. Immutable.</summary>
public sealed record EstimateDocument
{
    /// <summary>What the model is called: an image's name, a file, an address.</summary>
    public required string Name { get; init; }

    /// <summary>The header's <c>general.type</c>; <c>model</c> without it.</summary>
    public required string Type { get; init; }

    /// <summary>Bytes of the model's tensors in the file.</summary>
    public required long TensorBytes { get; init; }

    /// <summary>Whether the model makes embeddings and no text.</summary>
    public required bool IsEmbeddingOnly { get; init; }

    /// <summary>Whether the model ranks.</summary>
    public required bool IsReranking { get; init; }

    /// <summary>The estimates; at least one.</summary>
    public required ImmutableArray<EstimateRow> Rows { get; init; }

    /// <summary>Makes a document.</summary>
    /// <param name="name">What the model is called.</param>
    /// <param name="model">The model's header.</param>
    /// <param name="rows">The estimates.</param>
    public static EstimateDocument Create(string name, ModelHeader model, ImmutableArray<EstimateRow> rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfZero(rows.Length, nameof(rows));
        var resolved = rows[0].Estimate.Model.Resolved;
        return new EstimateDocument
        {
            Name = name,
            Type = model.Metadata.GetString("general.type") is { Length: > 0 } type ? type : "model",
            TensorBytes = model.Tensors.Sum(tensor => tensor.ByteLength),
            IsEmbeddingOnly = !resolved.CausalAttention,
            IsReranking = resolved.Pooling == PoolingType.Rank || model.Tensors.Any(tensor => tensor.Name.StartsWith("cls.", StringComparison.Ordinal)),
            Rows = rows,
        };
    }
}
