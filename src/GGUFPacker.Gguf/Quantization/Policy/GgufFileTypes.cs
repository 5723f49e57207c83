using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>Facts about <see cref="GgufFileType"/>.</summary>
public static class GgufFileTypes
{
    /// <summary>Added to a file type that was guessed from the tensors instead of read from <c>general.file_type</c>.</summary>
    public const uint Guessed = 1024;

    extension(GgufFileType type)
    {
        /// <summary>
        /// The type of a tensor for which the mixture has no rule of its own; null for numbers that cannot be a target (NVFP4 comes from checkpoints only).
        /// </summary>
        public TensorType? DefaultTensorType => type switch
        {
            GgufFileType.F32 => TensorType.F32,
            GgufFileType.F16 => TensorType.F16,
            GgufFileType.BF16 => TensorType.BF16,
            GgufFileType.Q1_0 => TensorType.Q1_0,
            GgufFileType.Q2_0 => TensorType.Q2_0,
            GgufFileType.Q4_0 => TensorType.Q4_0,
            GgufFileType.Q4_1 => TensorType.Q4_1,
            GgufFileType.Q5_0 => TensorType.Q5_0,
            GgufFileType.Q5_1 => TensorType.Q5_1,
            GgufFileType.Q8_0 => TensorType.Q8_0,
            GgufFileType.MXFP4_MOE => TensorType.MXFP4,
            GgufFileType.Q2_K or GgufFileType.Q2_K_S => TensorType.Q2_K,
            GgufFileType.Q3_K_S or GgufFileType.Q3_K_M or GgufFileType.Q3_K_L => TensorType.Q3_K,
            GgufFileType.Q4_K_S or GgufFileType.Q4_K_M => TensorType.Q4_K,
            GgufFileType.Q5_K_S or GgufFileType.Q5_K_M => TensorType.Q5_K,
            GgufFileType.Q6_K => TensorType.Q6_K,
            GgufFileType.TQ1_0 => TensorType.TQ1_0,
            GgufFileType.TQ2_0 => TensorType.TQ2_0,
            GgufFileType.IQ1_S => TensorType.IQ1_S,
            GgufFileType.IQ1_M => TensorType.IQ1_M,
            GgufFileType.IQ2_XXS => TensorType.IQ2_XXS,
            GgufFileType.IQ2_XS or GgufFileType.IQ2_S => TensorType.IQ2_XS,
            GgufFileType.IQ2_M => TensorType.IQ2_S,
            GgufFileType.IQ3_XXS => TensorType.IQ3_XXS,
            GgufFileType.IQ3_XS or GgufFileType.IQ3_S or GgufFileType.IQ3_M => TensorType.IQ3_S,
            GgufFileType.IQ4_NL => TensorType.IQ4_NL,
            GgufFileType.IQ4_XS => TensorType.IQ4_XS,
            _ => null,
        };
    }

    /// <summary>
    /// The number that a file without <c>general.file_type</c> is given: the file type of its most frequent tensor type, marked as guessed.
    /// Among equally frequent types the one that reaches the number first, in output order, wins.
    /// </summary>
    /// <param name="tensors">The tensors in output order.</param>
    public static uint Guess(IEnumerable<TensorInfo> tensors)
    {
        var counts = new Dictionary<TensorType, int>();
        var (mostFrequent, most) = (TensorType.F32, 0);
        foreach (var tensor in tensors)
        {
            var count = counts.GetValueOrDefault(tensor.Type) + 1;
            counts[tensor.Type] = count;
            if (count > most)
            {
                (mostFrequent, most) = (tensor.Type, count);
            }
        }

        return Guessed + (uint)OfMostly(mostFrequent);
    }

    /// <summary>The file type of a file that consists of one tensor type; F32 for types that make no file type.</summary>
    private static GgufFileType OfMostly(TensorType type) => type switch
    {
        TensorType.F16 => GgufFileType.F16,
        TensorType.BF16 => GgufFileType.BF16,
        TensorType.Q4_0 => GgufFileType.Q4_0,
        TensorType.Q4_1 => GgufFileType.Q4_1,
        TensorType.Q5_0 => GgufFileType.Q5_0,
        TensorType.Q5_1 => GgufFileType.Q5_1,
        TensorType.Q8_0 => GgufFileType.Q8_0,
        TensorType.Q2_K => GgufFileType.Q2_K,
        TensorType.Q3_K => GgufFileType.Q3_K_M,
        TensorType.Q4_K => GgufFileType.Q4_K_M,
        TensorType.Q5_K => GgufFileType.Q5_K_M,
        TensorType.Q6_K => GgufFileType.Q6_K,
        TensorType.TQ1_0 => GgufFileType.TQ1_0,
        TensorType.TQ2_0 => GgufFileType.TQ2_0,
        TensorType.IQ2_XXS => GgufFileType.IQ2_XXS,
        TensorType.IQ2_XS => GgufFileType.IQ2_XS,
        TensorType.IQ2_S => GgufFileType.IQ2_S,
        TensorType.IQ3_XXS => GgufFileType.IQ3_XXS,
        TensorType.IQ1_S => GgufFileType.IQ1_S,
        TensorType.IQ1_M => GgufFileType.IQ1_M,
        TensorType.IQ4_NL => GgufFileType.IQ4_NL,
        TensorType.IQ4_XS => GgufFileType.IQ4_XS,
        TensorType.IQ3_S => GgufFileType.IQ3_S,
        TensorType.NVFP4 => GgufFileType.NVFP4,
        TensorType.Q1_0 => GgufFileType.Q1_0,
        TensorType.Q2_0 => GgufFileType.Q2_0,
        _ => GgufFileType.F32,
    };
}
