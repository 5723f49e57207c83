using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.BytePairs;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>The first Qwen's qwen.tiktoken, whose special tokens stand in the checkpoint's code only: three with names, and 205 extra ones.</summary>
internal sealed record QwenVocabulary : Vocabulary
{
    private const int ExtraTokens = 205;

    /// <inheritdoc/>
    public override string FileName => "qwen.tiktoken";

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Files.Exists(FileName);

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        var ranks = TiktokenFile.Read(draft.Sources.Files, FileName);
        string[] special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", .. Enumerable.Range(0, ExtraTokens).Select(number => $"<|extra_{number}|>")];
        var count = ranks.Ranks.Values.Max() + 1 + special.Length;
        var list = new TokenList(draft.Request.VocabularySize ?? count, score: null);
        if (list.Count < count)
        {
            throw new CheckpointException($"{FileName} and the special tokens have {count} ids, but the model's vocab_size is {list.Count}.");
        }

        foreach (var (token, rank) in ranks.Ranks)
        {
            list.Set(rank, ByteLevelAlphabet.EncodeLatin1(token), TokenType.Normal);
        }

        var endOfText = count - special.Length;
        for (var index = 0; index < special.Length; index++)
        {
            list.Set(endOfText + index, special[index], TokenType.Control);
        }

        draft.WriteModel("gpt2", draft.Request.PreTokenizer ?? "qwen2");
        draft.WriteTokens(list);
        var vocabulary = new SpecialVocabularyReader(draft.Sources, tokenCount: null).Read(withMerges: false) with
        {
            Merges = MergeList.OfJoined([.. ranks.MergesByEncoding()]),
        };
        if (vocabulary.TokenIds.IsEmpty)
        {
            vocabulary = vocabulary.WithId("bos", (uint)endOfText).WithId("eos", (uint)endOfText);
        }

        draft.WriteSpecial(this, vocabulary.WithId("unk", (uint)endOfText));
    }
}
