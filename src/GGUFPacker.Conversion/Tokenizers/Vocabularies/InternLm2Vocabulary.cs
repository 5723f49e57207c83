using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>Not there yet.</summary>
internal sealed record InternLm2Vocabulary : Vocabulary
{

    /// <inheritdoc/>
    public override string FileName => "tokenizer.model";

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Files.Exists(FileName);

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft) => throw CheckpointException.NotSupported($"the tokenizer {FileName}", "It comes in a later version.");
}
