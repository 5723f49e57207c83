using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Placements;

/// <summary>Which weights the CPU backend keeps in another layout (ggml-cpu/repack.cpp).</summary>
internal static class RepackedTypes
{
    /// <summary>
    /// Whether a weight is repacked: a matrix, or one for each expert, of a type that the processor has such kernels for, with rows that fill their groups.
    /// </summary>
    public static bool Includes(TensorInfo tensor, TensorUse use, HostInstructions instructions)
    {
        var dimensions = Dimensions(tensor);
        if (!(use == TensorUse.Multiply && dimensions == 2) && !(use == TensorUse.MultiplySelected && dimensions == 3))
        {
            return false;
        }

        var group = RowGroup(tensor.Type, instructions);
        return group > 0 && tensor.Shape[1] % group == 0;
    }

    // Rows that one kernel takes together; 0 if there is none.
    private static int RowGroup(TensorType type, HostInstructions instructions) => instructions switch
    {
        HostInstructions.Avx2 => type is TensorType.Q4_0 or TensorType.Q4_K or TensorType.IQ4_NL or TensorType.MXFP4 ? 8 : 0,
        HostInstructions.Avx512 => type is TensorType.Q4_0 or TensorType.Q4_K or TensorType.IQ4_NL or TensorType.MXFP4 or TensorType.Q2_K ? 8 : 0,
        HostInstructions.Neon => type switch
        {
            TensorType.Q4_0 or TensorType.IQ4_NL or TensorType.MXFP4 or TensorType.Q8_0 or TensorType.Q1_0 => 4,
            TensorType.Q4_K or TensorType.Q5_K or TensorType.Q6_K => 8,
            _ => 0,
        },
        _ => 0,
    };

    // ggml_n_dims: trailing dimensions of one do not count.
    private static int Dimensions(TensorInfo tensor)
    {
        var dimensions = tensor.Shape.Length;
        while (dimensions > 1 && tensor.Shape[dimensions - 1] == 1)
        {
            dimensions--;
        }

        return dimensions;
    }
}
