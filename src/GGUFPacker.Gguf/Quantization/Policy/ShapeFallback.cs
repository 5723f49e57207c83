using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>What a tensor becomes whose rows are no whole number of blocks of the wanted type.</summary>
internal static class ShapeFallback
{
    /// <summary>The type to use: <paramref name="wanted"/> if its blocks fit, else its replacement, else F16.</summary>
    /// <exception cref="GgufException">The type has no replacement.</exception>
    public static TensorType Apply(TensorInfo tensor, TensorType wanted)
    {
        if (Fits(tensor, wanted))
        {
            return wanted;
        }

        var replacement = wanted switch
        {
            TensorType.IQ1_S or TensorType.IQ1_M or TensorType.IQ2_XXS or TensorType.IQ2_XS or TensorType.IQ2_S
                or TensorType.IQ3_XXS or TensorType.IQ3_S or TensorType.IQ4_XS => TensorType.IQ4_NL,
            TensorType.Q2_0 or TensorType.Q2_K or TensorType.Q3_K or TensorType.TQ1_0 or TensorType.TQ2_0 => TensorType.Q4_0,
            TensorType.Q4_K => TensorType.Q5_0,
            TensorType.Q5_K => TensorType.Q5_1,
            TensorType.Q6_K => TensorType.Q8_0,
            _ when wanted.BlockLength <= 32 => wanted,
            _ => throw new GgufException(
                $"Cannot quantize '{tensor.Name}' to {wanted.GgmlName}: its rows of {tensor.Columns} are not a multiple of {wanted.BlockLength}, "
                + "and no other type takes its place."),
        };
        return Fits(tensor, replacement) ? replacement : TensorType.F16;
    }

    private static bool Fits(TensorInfo tensor, TensorType type) => tensor.Columns % type.BlockLength == 0;
}
