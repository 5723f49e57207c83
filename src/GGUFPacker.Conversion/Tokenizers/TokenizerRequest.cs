using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>What an architecture wants of its tokenizer.</summary>
internal sealed record TokenizerRequest
{
    /// <summary>The kinds of vocabulary, in the order they are tried; the last one is not optional.</summary>
    public required ImmutableArray<VocabularyKind> Kinds { get; init; }

    /// <summary>The configuration's vocab_size: the vocabulary is padded to it and must fit. Null: as large as the tokenizer's.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>The name for tokenizer.ggml.pre of a byte-level BPE; null to find it.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary>Write tokenizer_config.json's add_prefix_space, before all else, as add_space_prefix (Llama).</summary>
    public bool WriteAddSpacePrefix { get; init; }

    /// <summary>
    /// Special tokens with fixed ids that are written after the others, by type ("eot"); those types are also looked up in the checkpoint's files,
    /// which win. Types without a key of their own (CodeLlama's prefix, suffix, middle) count for the lookup only.
    /// </summary>
    public ImmutableArray<KeyValuePair<string, int>> FixedSpecialTokens { get; init; } = [];

    /// <summary>The value of add_bos_token that is written last, whatever the files say.</summary>
    public bool? AddBosToken { get; init; }

    /// <summary>
    /// The rules of Llama and its relatives: SentencePiece, else Hugging Face's BPE with bytes, else byte-level BPE. A vocabulary of 32016 is CodeLlama's,
    /// with infill tokens; one of 49152 is Granite's small code models', which want no BOS.
    /// </summary>
    public static TokenizerRequest ForLlama(int? vocabularySize) => new()
    {
        Kinds = [VocabularyKind.SentencePiece, VocabularyKind.LlamaHf, VocabularyKind.Gpt2],
        VocabularySize = vocabularySize,
        WriteAddSpacePrefix = true,
        FixedSpecialTokens = vocabularySize == 32016 ? [new("prefix", 32007), new("suffix", 32008), new("middle", 32009), new("eot", 32010)] : [],
        AddBosToken = vocabularySize == 49152 ? false : null,
    };

    /// <summary>The rules of Qwen2 and its relatives: SentencePiece, else byte-level BPE.</summary>
    public static TokenizerRequest ForQwen2(int? vocabularySize) => new()
    {
        Kinds = [VocabularyKind.SentencePiece, VocabularyKind.Gpt2],
        VocabularySize = vocabularySize,
    };
}
