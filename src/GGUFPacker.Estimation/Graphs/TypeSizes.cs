using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>The block sizes of <see cref="TensorTypes"/> as arrays by type number: a graph asks for them thousands of times.</summary>
internal static class TypeSizes
{
    private static readonly int[] Lengths = Table(type => type.BlockLength);
    private static readonly int[] Bytes = Table(type => type.BlockBytes);

    /// <summary>ggml_blck_size.</summary>
    public static int BlockLength(TensorType type) => Lengths[(int)type];

    /// <summary>ggml_type_size.</summary>
    public static int BlockBytes(TensorType type) => Bytes[(int)type];

    /// <summary>ggml_row_size.</summary>
    public static long RowBytes(TensorType type, long columns) => checked(columns * Bytes[(int)type] / Lengths[(int)type]);

    private static int[] Table(Func<TensorType, int> of)
    {
        var types = Enum.GetValues<TensorType>();
        var table = new int[types.Max(type => (int)type) + 1];
        foreach (var type in types)
        {
            table[(int)type] = of(type);
        }

        return table;
    }
}
