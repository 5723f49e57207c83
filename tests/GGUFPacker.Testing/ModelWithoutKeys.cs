using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Testing;

/// <summary>A model as it is, but for the keys that begin in a certain way.</summary>
public sealed class ModelWithoutKeys(IGgufModel model, string prefix) : IGgufModel
{
    /// <summary>What llama-quantize says about an importance matrix, and llama_model_quantize does not.</summary>
    public const string Imatrix = "quantize.imatrix.";

    /// <inheritdoc/>
    public GgufMetadata Metadata { get; } = model.Metadata.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal))
        .Aggregate(model.Metadata.ToBuilder(), (builder, item) => builder.Remove(item.Key)).Build();

    /// <inheritdoc/>
    public ImmutableArray<TensorInfo> Tensors => model.Tensors;

    /// <inheritdoc/>
    public void ReadRows(int index, long firstRow, Span<byte> destination) => model.ReadRows(index, firstRow, destination);

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
