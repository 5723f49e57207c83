using System.Collections.Immutable;

namespace GGUFPacker.Gguf.Tensors;

/// <summary>A tensor's entry in a GGUF header, without its place in a file: that is the layout's concern.</summary>
/// <param name="Name">The name, such as <c>blk.0.ffn_down.weight</c>.</param>
/// <param name="Type">How its elements are stored.</param>
/// <param name="Shape">The dimensions, ne[0] (the row's length) first.</param>
public sealed record TensorInfo(string Name, TensorType Type, ImmutableArray<long> Shape)
{
    /// <summary>Elements of one row: ne[0], or 1 for a tensor without dimensions.</summary>
    public long Columns => Shape.IsEmpty ? 1 : Shape[0];

    /// <summary>The number of rows: the product of all dimensions but the first.</summary>
    public long Rows
    {
        get
        {
            var rows = 1L;
            for (var i = 1; i < Shape.Length; i++)
            {
                rows = checked(rows * Shape[i]);
            }

            return rows;
        }
    }

    /// <summary>The number of elements.</summary>
    public long ElementCount => checked(Columns * Rows);

    /// <summary>Bytes of one row.</summary>
    public long RowBytes => Type.RowBytes(Columns);

    /// <summary>Bytes of the tensor's data, without padding.</summary>
    public long ByteLength => checked(RowBytes * Rows);
}
