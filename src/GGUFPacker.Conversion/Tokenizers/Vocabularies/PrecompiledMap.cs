using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>The compiled character map of a tokenizer.json's normalizer, as SentencePiece compiles it.</summary>
internal static class PrecompiledMap
{
    /// <summary>The map of the only step, or of the first in a sequence, that has one.</summary>
    /// <exception cref="CheckpointException">There is none, or it is no base64.</exception>
    public static ReadOnlyMemory<byte> Of(TokenizerJson definition)
    {
        var step = definition.Normalizers.FirstOrDefault(step => step.Type == "Precompiled")
            ?? throw new CheckpointException($"{TokenizerJsonReader.FileName}: the normalizer is not Precompiled, as this architecture's is.");
        return Decode(step);
    }

    /// <summary>The map of a step.</summary>
    /// <exception cref="CheckpointException">It has none, or it is no base64.</exception>
    public static byte[] Decode(TokenizerStep step)
    {
        try
        {
            return Convert.FromBase64String(step.Fields.Text("precompiled_charsmap") ?? "");
        }
        catch (FormatException exception)
        {
            throw new CheckpointException($"{TokenizerJsonReader.FileName}: the normalizer's precompiled_charsmap is no base64.", exception);
        }
    }
}
