using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation;

/// <summary>What an estimate needs to know of a model: its key-values and tensor entries. No tensor data is read.</summary>
/// <param name="Metadata">The key-values; of a split model the first part's.</param>
/// <param name="Tensors">The tensors of all parts, in file order.</param>
public sealed record ModelHeader(GgufMetadata Metadata, ImmutableArray<TensorInfo> Tensors)
{
    /// <summary>The header of an open model.</summary>
    public static ModelHeader Of(IGgufModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ModelHeader(model.Metadata, model.Tensors);
    }
}
