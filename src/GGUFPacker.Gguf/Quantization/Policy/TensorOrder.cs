using System.Text;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>The order in which llama-quantize writes tensors: those outside of layers first, then layer by layer; inside, by the bytes of the names.</summary>
internal static class TensorOrder
{
    /// <summary>The places of <paramref name="tensors"/> in output order.</summary>
    public static int[] Of(IReadOnlyList<TensorInfo> tensors) =>
    [
        .. Enumerable.Range(0, tensors.Count)
            .OrderBy(index => TensorNames.LayerOf(tensors[index].Name) ?? -1)
            .ThenBy(index => Encoding.UTF8.GetBytes(tensors[index].Name), BytewiseComparer.Instance),
    ];

    private sealed class BytewiseComparer : IComparer<byte[]>
    {
        public static BytewiseComparer Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
