using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>T5's Unigram in a SentencePiece model, tokenizer.model or, as older checkpoints have it, spiece.model. Pile-T5's model is a BPE instead.</summary>
internal sealed record UnigramVocabulary : Vocabulary
{
    private const string OlderFileName = "spiece.model";

    /// <inheritdoc/>
    public override string FileName => $"{SentencePieceModel.FileName} nor {OlderFileName}";

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Files.Exists(SentencePieceModel.FileName) || sources.Files.Exists(OlderFileName);

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        var sources = draft.Sources;
        var name = sources.Files.Exists(SentencePieceModel.FileName) ? SentencePieceModel.FileName : OlderFileName;
        var model = SentencePieceModel.Read(name, sources.Files.ReadAllBytes(name));
        if (model.Algorithm == SentencePieceAlgorithm.Bpe && name == SentencePieceModel.FileName)
        {
            new SentencePieceVocabulary().Write(draft);
            return;
        }

        if (model.Algorithm != SentencePieceAlgorithm.Unigram)
        {
            throw new CheckpointException($"'{name}' was trained as {model.Algorithm}; this architecture needs a Unigram model.");
        }

        var tokens = SentencePieceVocabulary.ListPieces(sources, model, draft.Request.VocabularySize ?? model.Pieces.Length, mustFit: true);
        SentencePieceVocabulary.SetAddedTokens(sources, tokens);
        draft.WriteModel("t5", "default");
        draft.WriteTokens(tokens);
        TokenizerRules.AddSpacePrefix(model.AddsDummyPrefix)(draft);
        TokenizerRules.RemoveExtraSpaces(model.RemovesExtraSpaces)(draft);
        TokenizerRules.CharacterMap(model.CharacterMap)(draft);
        draft.WriteSpecial(this, withMerges: false, checkIds: true);
    }
}
