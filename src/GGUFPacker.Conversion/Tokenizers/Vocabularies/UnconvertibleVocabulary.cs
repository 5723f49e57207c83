using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>A kind of vocabulary that is not converted here: it is refused by name.</summary>
internal sealed record UnconvertibleVocabulary : Vocabulary
{
    /// <summary>What it is, in a few words.</summary>
    public required string Feature { get; init; }

    /// <summary>What to do instead, as a sentence.</summary>
    public required string Advice { get; init; }

    /// <inheritdoc/>
    public override string FileName => "";

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => true;

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft) => throw CheckpointException.NotSupported(Feature, Advice);
}
