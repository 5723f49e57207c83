using System.Globalization;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.BytePairs;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>
/// Hunyuan-A13B's hy.tiktoken. Its special tokens stand in the checkpoint's code alone: five named ones behind the ranks, then numbered ones.
/// </summary>
internal sealed record HunyuanVocabulary : Vocabulary
{
    private const string ModelFileName = "hy.tiktoken";

    private static readonly string[] Named = ["<|endoftext|>", "<|startoftext|>", "<|bos|>", "<|eos|>", "<|pad|>"];

    /// <inheritdoc/>
    public override string FileName => ModelFileName;

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Files.Exists(ModelFileName);

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        var ranks = TiktokenFile.Read(draft.Sources.Files, ModelFileName);
        var size = draft.Request.VocabularySize
            ?? throw new CheckpointException("Cannot convert: config.json has no 'vocab_size', from which the number of Hunyuan's special tokens follows.");
        if (size < ranks.Count + Named.Length || ranks.Ranks.Values.Any(rank => rank >= ranks.Count))
        {
            throw new CheckpointException(
                $"{ModelFileName}: its {ranks.Count} tokens and the special ones are more than 'vocab_size' of config.json ({size}).");
        }

        var list = new TokenList(size, score: null);
        foreach (var (token, id) in ranks.Ranks)
        {
            list.Set(id, ByteLevelAlphabet.EncodeLatin1(token), TokenType.Normal);
        }

        for (var number = 0; number < size - ranks.Count; number++)
        {
            var token = number < Named.Length ? Named[number] : string.Create(CultureInfo.InvariantCulture, $"<|extra_{number - Named.Length}|>");
            list.Set(ranks.Count + number, token, TokenType.Control);
        }

        draft.WriteModel("gpt2", draft.Request.PreTokenizer ?? "hunyuan");
        draft.WriteTokens(list);
        draft.Keys.Set("tokenizer.ggml.merges", GgufValue.OfStrings(ranks.MergesByEncoding()));
        draft.WriteSpecial(this, withMerges: false, checkIds: false);
    }
}
