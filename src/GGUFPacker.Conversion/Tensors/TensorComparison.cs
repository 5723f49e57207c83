using System.Buffers;
using System.Runtime.InteropServices;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>Compares the numbers of two tensors, a part at a time.</summary>
internal static class TensorComparison
{
    private const int ChunkElements = 64 * 1024;

    /// <summary>Whether both have the same shape and equal numbers. Zeros are equal whatever their sign; NaN equals nothing.</summary>
    public static bool AreEqual(TensorSource left, TensorSource right)
    {
        if (!left.Shape.SequenceEqual(right.Shape))
        {
            return false;
        }

        (left, right) = (Float32Tensor.Of(left), Float32Tensor.Of(right));
        var buffer = ArrayPool<float>.Shared.Rent(2 * ChunkElements);
        try
        {
            for (var first = 0L; first < left.Count; first += ChunkElements)
            {
                var count = (int)Math.Min(ChunkElements, left.Count - first);
                var a = buffer.AsSpan(0, count);
                var b = buffer.AsSpan(ChunkElements, count);
                left.Read(first, MemoryMarshal.AsBytes(a));
                right.Read(first, MemoryMarshal.AsBytes(b));
                for (var i = 0; i < count; i++)
                {
                    if (!(a[i] == b[i]))
                    {
                        return false;
                    }
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }
}
