using System.Buffers;
using System.Runtime.InteropServices;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>The products of two tensors' elements, in float32.</summary>
internal sealed class ProductTensor : TensorSource
{
    private readonly TensorSource _left;
    private readonly TensorSource _right;

    private ProductTensor(TensorSource left, TensorSource right)
        : base(ElementType.F32, left.Shape)
    {
        _left = Float32Tensor.Of(left);
        _right = Float32Tensor.Of(right);
    }

    /// <summary>Multiplies two tensors of equal shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static ProductTensor Of(TensorSource left, TensorSource right) => left.Shape.SequenceEqual(right.Shape)
        ? new ProductTensor(left, right)
        : throw new ArgumentException("Its companion has another shape.");

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        _left.Read(first, destination);
        var products = MemoryMarshal.Cast<byte, float>(destination);
        var buffer = ArrayPool<float>.Shared.Rent(products.Length);
        try
        {
            var factors = buffer.AsSpan(0, products.Length);
            _right.Read(first, MemoryMarshal.AsBytes(factors));
            for (var i = 0; i < products.Length; i++)
            {
                products[i] *= factors[i];
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }
}
