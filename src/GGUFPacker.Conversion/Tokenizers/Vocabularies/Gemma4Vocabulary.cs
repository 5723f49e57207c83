using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>Gemma 4's BPE over characters, a kind of its own in llama.cpp: it has scores and merges, and no name for how text is split.</summary>
internal sealed record Gemma4Vocabulary : Vocabulary
{
    // The chat parser has to read them.
    private static readonly ImmutableArray<string> Visible =
        ["<|channel>", "<channel|>", "<|tool_call>", "<tool_call|>", "<|tool_response>", "<tool_response|>", "<|\"|>"];

    /// <inheritdoc/>
    public override string FileName => TokenizerJsonReader.FileName;

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Definition is not null;

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        if (draft.Sources.Definition is not { IsLlamaHf: true })
        {
            throw new CheckpointException($"{FileName} of the checkpoint '{draft.Sources.Files.Name}' is no BPE that falls back to bytes, as Gemma 4's is.");
        }

        draft.WriteModel("gemma4", preTokenizer: null);
        draft.WriteTokens(LlamaHfVocabulary.List(draft.Sources.Tokenizer, Visible));
        draft.WriteSpecial(this, withMerges: true, checkIds: false);
        TokenizerRules.AddSpacePrefix(false)(draft);
        TokenizerRules.Add("bos", true)(draft);
    }
}
