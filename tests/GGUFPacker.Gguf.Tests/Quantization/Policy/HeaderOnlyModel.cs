using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Tests.Quantization.Policy;

/// <summary>A model whose data must not be needed.</summary>
internal sealed class HeaderOnlyModel(GgufMetadata metadata, ImmutableArray<TensorInfo> tensors) : IGgufModel
{
    public GgufMetadata Metadata => metadata;

    public ImmutableArray<TensorInfo> Tensors => tensors;

    public void ReadRows(int index, long firstRow, Span<byte> destination) => throw new InvalidOperationException("Planning reads no data.");

    public void Dispose()
    {
    }
}
