using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The vocabulary of models whose embeddings are padded to a multiple of some number.</summary>
internal static class PaddedVocabulary
{
    /// <summary>vocab_size, which must be there.</summary>
    public static int SizeOf(ModelConfig config) => Small(config.RequireInteger("vocab_size"), "vocab_size");

    /// <summary>pad_vocab_size_multiple.</summary>
    public static int MultipleOf(ModelConfig config, int fallback) =>
        Small(config.Integer("pad_vocab_size_multiple") ?? fallback, "pad_vocab_size_multiple");

    private static int Small(long number, string key) => number is >= 0 and <= int.MaxValue / 2
        ? (int)number
        : throw new CheckpointException($"Cannot convert: '{key}' of config.json is {number}.");
}
