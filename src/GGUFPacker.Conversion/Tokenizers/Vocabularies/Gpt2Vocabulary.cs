using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>A byte-level BPE, as GPT-2 introduced it: the tokens of tokenizer.json and the added ones, padded to the model's vocab_size.</summary>
internal sealed record Gpt2Vocabulary : Vocabulary
{
    /// <summary>The kind of tokenizer that is written.</summary>
    public string Model { get; init; } = "gpt2";

    /// <summary>The pre-tokenizer that is written, whatever the files say; null to find it.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary>What becomes of the text of added tokens.</summary>
    public AddedTokenText AddedText { get; init; } = AddedTokenText.DecodedWithSpaces;

    /// <summary>Added tokens that are control tokens although the files do not say so.</summary>
    public ImmutableArray<string> ControlTokens { get; init; } = [];

    /// <inheritdoc/>
    public override string FileName => TokenizerJsonReader.FileName;

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.HasTokenizer;

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        var tokenizer = draft.Sources.Tokenizer;
        if (tokenizer.Definition.ModelType != "BPE")
        {
            throw new CheckpointException(
                $"{FileName} of the checkpoint '{draft.Sources.Files.Name}' is a {tokenizer.Definition.ModelType} tokenizer; this architecture needs a BPE.");
        }

        draft.WriteModel(Model, PreTokenizer ?? draft.FindPreTokenizer());
        draft.WriteTokens(BaseVocabulary.List(tokenizer, draft.Request.VocabularySize, AddedText, ControlTokens));
        draft.WriteSpecial(this, withMerges: true, checkIds: false);
    }
}
