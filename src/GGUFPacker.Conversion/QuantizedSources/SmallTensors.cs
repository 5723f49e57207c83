using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>Reads tensors that are small beside the weights (scales, zero points, indices) as a whole.</summary>
internal static class SmallTensors
{
    /// <summary>The most elements that are read at once: the packed weights of a matrix of 65,536 by 65,536.</summary>
    private const long MaximumElements = 1 << 29;

    /// <summary>All elements, as float32.</summary>
    /// <exception cref="CheckpointException">There are too many, or they cannot be read.</exception>
    public static float[] ReadSingles(TensorSource tensor)
    {
        var numbers = new float[CountOf(tensor)];
        Float32Tensor.Of(tensor).Read(0, MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }

    /// <summary>All elements of whole numbers of 32 or 64 bits.</summary>
    /// <exception cref="CheckpointException">They are others, too many, do not fit into 32 bits, or cannot be read.</exception>
    public static int[] ReadIntegers(TensorSource tensor, string name)
    {
        var count = CountOf(tensor);
        switch (tensor.Type)
        {
            case ElementType.I32:
                var integers = new int[count];
                tensor.Read(0, MemoryMarshal.AsBytes(integers.AsSpan()));
                return integers;
            case ElementType.I64:
                var longs = new long[count];
                tensor.Read(0, MemoryMarshal.AsBytes(longs.AsSpan()));
                return Array.ConvertAll(longs, number => number is >= int.MinValue and <= int.MaxValue
                    ? (int)number
                    : throw new CheckpointException($"Cannot convert the tensor '{name}': it holds {number}, which is not possible there."));
            default:
                throw new CheckpointException($"Cannot convert the tensor '{name}': its elements are {tensor.Type}, not whole numbers of 32 bits.");
        }
    }

    private static int CountOf(TensorSource tensor) =>
        tensor.Count <= MaximumElements
            ? (int)tensor.Count
            : throw new CheckpointException($"Cannot convert: a tensor of {tensor.Count} elements is too large for scales or packed weights.");
}
