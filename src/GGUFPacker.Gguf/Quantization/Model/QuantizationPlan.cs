using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>What quantizing a model will do, computed from its header alone: the types, names and order of the tensors, the key-values, the size.</summary>
public sealed record QuantizationPlan
{
    private QuantizationPlan()
    {
    }

    /// <summary>The key-values of the output; of a split output without the split.* keys.</summary>
    public required GgufMetadata Metadata { get; init; }

    /// <summary>The tensors, in output order.</summary>
    public required ImmutableArray<PlannedTensor> Tensors { get; init; }

    /// <summary>How the output is split into files; null for one file (unless <see cref="QuantizeOptions.KeepSplit"/> was asked for).</summary>
    public required GgufSplitPlan? Split { get; init; }

    /// <summary>The number of elements of all source tensors.</summary>
    public required long ElementCount { get; init; }

    /// <summary>Bytes of tensor data in the source, without padding, of the tensors that are kept.</summary>
    public long SourceBytes => Tensors.Sum(tensor => tensor.Source.ByteLength);

    /// <summary>Bytes of tensor data in the output, without padding.</summary>
    public long TargetBytes => Tensors.Sum(tensor => tensor.Target.ByteLength);

    /// <summary>How many tensors have rows that do not fit the type wanted.</summary>
    public int FallbackCount => Tensors.Count(tensor => tensor.IsFallback);

    /// <summary>Whether an importance matrix is used.</summary>
    public required bool HasImatrix { get; init; }

    /// <summary>The first tensor that must not be quantized without importance weights and has none, if there is one.</summary>
    public PlannedTensor? ImatrixRequiredBy =>
        Tensors.FirstOrDefault(tensor => tensor.RequiresImatrix && tensor.Importance is null && (tensor.IsQuantized || !HasImatrix));

    /// <summary>What a user should know about the plan, in sentences.</summary>
    public ImmutableArray<string> Notes => QuantizationNotes.Of(this);

    /// <summary>Plans.</summary>
    /// <param name="source">The model; only its header is read.</param>
    /// <param name="options">How to quantize.</param>
    /// <param name="importance">What <see cref="QuantizeOptions.Imatrix"/> names; null without one.</param>
    /// <exception cref="GgufException">llama.cpp could not load the model, or a tensor does not fit the type chosen for it.</exception>
    public static QuantizationPlan Create(IGgufModel source, QuantizeOptions options, ImportanceMatrix? importance = null) =>
        Create(source, options, importance, importance is { Entries.IsEmpty: false });

    internal static QuantizationPlan Create(IGgufModel source, QuantizeOptions options, ImportanceMatrix? importance, bool hasImatrix)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        var parameters = new HyperParameterReader(source.Metadata, options.MetadataOverrides);
        var model = ModelTraitsReader.Read(parameters);
        var order = TensorOrder.Of(source.Tensors);
        var keptFileType = QuantizedMetadata.KeptFileType(parameters, order.Select(index => source.Tensors[index]));
        var metadata = QuantizedMetadata.Build(source.Metadata, options.Type.IsCopy ? keptFileType : (uint)options.Type.FileType, options.MetadataOverrides);

        if (hasImatrix && importance is not null)
        {
            QuantizedMetadata.AppendImportance(metadata, importance);
        }

        var pruning = new LayerPruning(options.PrunedLayers);
        var kept = order.Select(index => (Index: index, Name: pruning.Rename(source.Tensors[index].Name))).Where(tensor => tensor.Name is not null).ToArray();
        if (pruning.IsActive)
        {
            metadata.Append($"{model.Architecture}.block_count", GgufValue.Of((uint)pruning.LayerCount));
        }

        var locations = options.KeepSplit ? (source as GgufFile)?.Locations : null;
        if (locations is { } places)
        {
            kept = [.. kept.OrderBy(tensor => places[tensor.Index].Part).ThenBy(tensor => places[tensor.Index].Offset)];
        }

        var renamed = kept.Select(tensor => source.Tensors[tensor.Index] with { Name = tensor.Name! }).ToArray();
        var decisions = TensorTypePolicy.Decide(options, model, renamed, hasImatrix);
        var tensors = ImmutableArray.CreateBuilder<PlannedTensor>(kept.Length);
        for (var i = 0; i < kept.Length; i++)
        {
            var tensor = new PlannedTensor
            {
                SourceIndex = kept[i].Index,
                Source = source.Tensors[kept[i].Index],
                Target = RequireRowsFit(renamed[i] with { Type = decisions[i].Type }),
                WantedType = decisions[i].Wanted,
                RequiresImatrix = decisions[i].RequiresImatrix,
                Part = locations?[kept[i].Index].Part ?? 0,
            };
            tensors.Add(hasImatrix && tensor.IsQuantized ? WithImportance(tensor, importance) : tensor);
        }

        return new QuantizationPlan
        {
            Metadata = metadata.Build(),
            HasImatrix = hasImatrix,
            Split = options.KeepSplit ? SplitOf(tensors) : null,
            Tensors = tensors.MoveToImmutable(),
            ElementCount = source.Tensors.Sum(tensor => tensor.ElementCount),
        };
    }

    private static PlannedTensor WithImportance(PlannedTensor tensor, ImportanceMatrix? importance) =>
        importance?.Entries.GetValueOrDefault(tensor.Source.Name) is not { } entry ? tensor with { ImportanceMatch = ImportanceMatch.Missing }
        : entry.Count != tensor.ImportanceCount ? tensor with { ImportanceMatch = ImportanceMatch.WrongSize }
        : tensor with { ImportanceMatch = ImportanceMatch.Found, Importance = entry };

    private static TensorInfo RequireRowsFit(TensorInfo tensor)
    {
        try
        {
            _ = tensor.ByteLength;
            return tensor;
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw new GgufException($"Cannot quantize '{tensor.Name}' to {tensor.Type.GgmlName}: {exception.Message}", exception);
        }
    }

    // Parts behind the last tensor that is kept go; an empty one before it stays, as the one that holds the key-values may be.
    private static GgufSplitPlan SplitOf(IReadOnlyList<PlannedTensor> tensors)
    {
        var parts = tensors.Count == 0 ? 1 : tensors.Max(tensor => tensor.Part) + 1;
        return GgufSplitPlan.OfCounts(Enumerable.Range(0, parts).Select(part => tensors.Count(tensor => tensor.Part == part)));
    }
}
