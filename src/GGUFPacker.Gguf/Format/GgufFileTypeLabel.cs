using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// A model's file type, twice: the number that images carry, which is gguf-parser-go v0.12.0's, and llama.cpp's name of it.
/// The two disagree on the numbers from 19 on (gguf-parser-go numbers tensor types there), so a name is never made from the number.
/// </summary>
/// <param name="Number">What <c>general.file_type</c> says if it is below 30; else guessed from the blocks' tensors; 30 if unknown.</param>
/// <param name="Name">llama.cpp's name, such as <c>Q4_K_M</c>; <c>Unknown</c> if unknown.</param>
public readonly record struct GgufFileTypeLabel(int Number, string Name)
{
    private const int UnknownNumber = 30;

    /// <summary>The label of a file with this <c>general.file_type</c> (null if it has none) and these tensors.</summary>
    public static GgufFileTypeLabel Of(long? declared, IEnumerable<TensorInfo> tensors)
    {
        var guessed = new Lazy<GgufFileTypeLabel>(() => Guess(tensors));
        var known = declared is >= 0 and < GgufFileTypes.Guessed && Enum.IsDefined((GgufFileType)declared);
        return new GgufFileTypeLabel(
            declared is >= 0 and < UnknownNumber ? (int)declared : guessed.Value.Number,
            known ? ((GgufFileType)declared!).ToString() : declared switch { 4 => "Q4_1_F16", 5 => "Q4_2", 6 => "Q4_3", _ => guessed.Value.Name });
    }

    /// <summary>By the most frequent type among the tensors of the blocks.</summary>
    private static GgufFileTypeLabel Guess(IEnumerable<TensorInfo> tensors)
    {
        var types = tensors.Where(tensor => tensor.Name.StartsWith("blk", StringComparison.Ordinal)).GroupBy(tensor => tensor.Type)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Select(group => group.Key).ToArray();
        return types switch
        {
            [] => new(UnknownNumber, "Unknown"),
            [TensorType.F32, ..] => new(0, "F32"),
            [TensorType.F16, ..] => new(1, "F16"),
            [TensorType.Q4_0, ..] => new(2, "Q4_0"),
            [TensorType.Q4_1, ..] => new(3, "Q4_1"),
            [TensorType.Q8_0, ..] => new(7, "Q8_0"),
            [TensorType.Q5_0, ..] => new(8, "Q5_0"),
            [TensorType.Q5_1, ..] => new(9, "Q5_1"),
            [TensorType.Q2_K, ..] => new(10, "Q2_K"),
            [TensorType.Q3_K, TensorType.Q4_K, ..] => new(12, "Q3_K_M"),
            [TensorType.Q3_K, TensorType.Q5_K, ..] => new(13, "Q3_K_L"),
            [TensorType.Q3_K, ..] => new(11, "Q3_K_S"),
            [TensorType.Q4_K, _, TensorType.Q6_K, ..] => new(15, "Q4_K_M"),
            [TensorType.Q4_K, ..] => new(14, "Q4_K_S"),
            [TensorType.Q5_K, _, TensorType.Q6_K, ..] => new(17, "Q5_K_M"),
            [TensorType.Q5_K, ..] => new(16, "Q5_K_S"),
            [TensorType.Q6_K, ..] => new(18, "Q6_K"),
            [TensorType.IQ2_XXS, ..] => new(15, "IQ2_XXS"),
            [TensorType.IQ2_XS, ..] => new(16, "IQ2_XS"),
            [TensorType.IQ3_XXS, ..] => new(17, "IQ3_XXS"),
            [TensorType.IQ1_S, ..] => new(18, "IQ1_S"),
            [TensorType.IQ4_NL, ..] => new(19, "IQ4_NL"),
            [TensorType.IQ3_S, ..] => new(20, "IQ3_S"),
            [TensorType.IQ2_S, ..] => new(21, "IQ2_S"),
            [TensorType.IQ4_XS, ..] => new(22, "IQ4_XS"),
            [TensorType.IQ1_M, ..] => new(23, "IQ1_M"),
            [TensorType.BF16, ..] => new(24, "BF16"),
            [TensorType.TQ1_0, ..] => new(28, "TQ1_0"),
            [TensorType.TQ2_0, ..] => new(29, "TQ2_0"),
            [var type, ..] => new(UnknownNumber, type.ToString()),
        };
    }
}
