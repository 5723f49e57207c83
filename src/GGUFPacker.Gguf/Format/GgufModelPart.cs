using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>A run of a model's tensors under key-values of its own.</summary>
internal sealed class GgufModelPart(IGgufModel model, GgufMetadata metadata, int begin, int end) : IGgufModel
{
    public GgufMetadata Metadata => metadata;

    public ImmutableArray<TensorInfo> Tensors { get; } = model.Tensors[begin..end];

    public void ReadRows(int index, long firstRow, Span<byte> destination) => model.ReadRows(begin + index, firstRow, destination);

    public void Dispose()
    {
        // The whole model belongs to whoever made it.
    }
}
