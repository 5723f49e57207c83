using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Testing;

/// <summary>A model in memory.</summary>
public sealed class MemoryModel : IGgufModel
{
    private readonly ImmutableArray<byte[]> _data;

    /// <summary>Holds tensors with their little-endian data.</summary>
    public MemoryModel(GgufMetadata metadata, params IEnumerable<(TensorInfo Info, byte[] Data)> tensors)
    {
        var all = tensors.ToArray();
        Metadata = metadata;
        Tensors = [.. all.Select(tensor => tensor.Info)];
        _data = [.. all.Select(tensor => tensor.Data)];
        foreach (var (info, data) in all)
        {
            if (info.ByteLength != data.Length)
            {
                throw new ArgumentException($"The tensor '{info.Name}' has {info.ByteLength} bytes, not {data.Length}.");
            }
        }
    }

    /// <inheritdoc/>
    public GgufMetadata Metadata { get; }

    /// <inheritdoc/>
    public ImmutableArray<TensorInfo> Tensors { get; }

    /// <summary>Called before each read, with the tensor's index and the first row: to fail, wait or count.</summary>
    public Action<int, long>? Reading { get; init; }

    /// <summary>A tensor with pseudo-random bytes.</summary>
    public static (TensorInfo Info, byte[] Data) Random(int seed, string name, TensorType type, params ReadOnlySpan<long> shape)
    {
        var info = new TensorInfo(name, type, [.. shape]);
        var data = new byte[info.ByteLength];
        new Random(seed).NextBytes(data);
        return (info, data);
    }

    /// <inheritdoc/>
    public void ReadRows(int index, long firstRow, Span<byte> destination)
    {
        Reading?.Invoke(index, firstRow);
        _data[index].AsSpan((int)(firstRow * Tensors[index].RowBytes), destination.Length).CopyTo(destination);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
