using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>Not there yet.</summary>
internal sealed record XlmRobertaVocabulary : Vocabulary
{
    /// <summary>The number of token types (segments).</summary>
    public uint TokenTypes { get; init; } = 1;

    /// <summary>Whether the SentencePiece model lacks the mask token.</summary>
    public bool AddsMask { get; init; }

    /// <summary>Whether the checkpoint's tokenizer is XLM-RoBERTa's.</summary>
    public static bool IsTokenizer(TokenizerSources sources) => sources.Files.Exists("sentencepiece.bpe.model");

    /// <inheritdoc/>
    public override string FileName => "sentencepiece.bpe.model";

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Files.Exists(FileName);

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft) => throw CheckpointException.NotSupported($"the tokenizer {FileName}", "It comes in a later version.");
}
