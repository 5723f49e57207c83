using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Estimation.Models;

/// <summary>
/// Makes a <see cref="ModelShape"/> of a header, as llama_model_base::load_hparams does; what one family does besides stands in <see cref="FamilyShapes"/>.
/// </summary>
internal static class ModelShapeReader
{
    // LLAMA_MAX_LAYERS and LLAMA_MAX_EXPERTS.
    private const int MaxLayers = 512;
    private const int MaxExperts = 1024;

    // Far beyond any model, and far from where products of them leave 64 bits.
    private const int MaxLength = 1 << 22;

    /// <exception cref="EstimateException">llama.cpp would refuse the header.</exception>
    public static ModelShape Read(ModelHeader header)
    {
        var metadata = header.Metadata;
        var architecture = metadata.GetString("general.architecture") ?? throw new EstimateException("The model's header has no general.architecture.");
        var keys = new HeaderKeys(metadata, architecture);
        var blocks = keys.Require("block_count");
        var layers = blocks is <= 0 or > MaxLayers ? 0 : FamilyShapes.LayersOf(architecture, keys, blocks);
        if (layers is <= 0 or > MaxLayers)
        {
            throw new EstimateException($"{architecture}.block_count is {blocks}; llama.cpp takes 1 to {MaxLayers} layers.");
        }

        var shape = new ModelShape(header, architecture, layers)
        {
            TrainedContext = keys.Require("context_length"),
            EmbeddingLength = keys.Require("embedding_length"),
            CausalAttention = keys.GetFlag("attention.causal", true),
            Pooling = PoolingOf(keys),
            PredictionLayers = keys.Get("nextn_predict_layers"),
            Experts = keys.Get("expert_count"),
            Vocabulary = VocabularyOf(metadata, keys),
        };
        if (shape.PredictionLayers < 0 || shape.PredictionLayers > layers)
        {
            throw new EstimateException($"{architecture}.nextn_predict_layers is {shape.PredictionLayers} of {layers} layers.");
        }

        keys.Fill("expert_used_count", shape.ExpertsUsed.AsSpan(0, blocks));
        keys.Fill("feed_forward_length", shape.FeedForward.AsSpan(0, blocks));
        keys.Fill("attention.head_count", shape.Heads.AsSpan(0, blocks));
        shape.Heads.CopyTo(shape.KeyValueHeads, 0);
        keys.Fill("attention.head_count_kv", shape.KeyValueHeads.AsSpan(0, blocks));
        ReadHeadLengths(shape, keys);
        if (metadata[$"{architecture}.classifier.output_labels"] is { Type: GgufValueType.Array, Count: > 0 } labels)
        {
            shape.Classes = labels.Count;
        }

        Array.Fill(shape.RecurrentLayers, Architectures.IsRecurrent(architecture));
        shape.OutputEmbeddingLength = keys.Get("embedding_length_out");
        FamilyShapes.Apply(shape, keys, blocks);
        shape.InputEmbeddingLength = shape.InputEmbeddingLength > 0 ? shape.InputEmbeddingLength : shape.EmbeddingLength;
        shape.OutputEmbeddingLength = shape.OutputEmbeddingLength > 0 ? shape.OutputEmbeddingLength : shape.EmbeddingLength;
        RequireBounds(shape);
        return shape;
    }

    private static void RequireBounds(ModelShape shape)
    {
        foreach (var lengths in (ReadOnlySpan<int[]>)[shape.Heads, shape.KeyValueHeads, shape.FeedForward, shape.ExpertFeedForward])
        {
            Require(lengths.All(length => length is >= 0 and <= MaxLength));
        }

        foreach (var length in (ReadOnlySpan<int>)
        [
            shape.EmbeddingLength, shape.InputEmbeddingLength, shape.OutputEmbeddingLength, shape.FullKeyLength, shape.FullValueLength, shape.WindowKeyLength,
            shape.WindowValueLength, shape.FullRotaryLength, shape.WindowRotaryLength, shape.LatentKeyLength, shape.LatentValueLength,
            shape.WindowLatentKeyLength, shape.WindowKeyValueRank, shape.QueryRank, shape.KeyValueRank, shape.SharedExpertFeedForward, shape.ConvolutionKernel,
            shape.InnerLength, shape.StateLength, shape.TimeStepRank, shape.StateGroups, shape.WkvHeadLength, shape.TokenShifts, shape.ShortConvolutionLength,
            shape.DeltaHeadLength, shape.LinearHeadLength, shape.IndexerKeyLength, shape.IndexerHeads, shape.Vocabulary,
        ])
        {
            Require(length is >= 0 and <= MaxLength);
        }

        Require(shape.EmbeddingLength > 0 && shape.SlidingWindow >= 0 && shape.IndexerTop >= 0 && shape.Experts is >= 0 and <= MaxExperts && shape.ExpertsUsed.All(used => used >= 0 && used <= shape.Experts));

        void Require(bool condition)
        {
            if (!condition)
            {
                throw new EstimateException($"The header of the {shape.Architecture} model has a length that no model has.");
            }
        }
    }

    // llama.cpp's own writer puts "unspecified" there as the largest number; it then counts as none.
    private static PoolingType PoolingOf(HeaderKeys keys) =>
        keys.Find("pooling_type") is { } value && value.TryGetInteger(out var type) && type is >= 0 and <= (int)PoolingType.Rank
            ? (PoolingType)type
            : PoolingType.None;

    private static int VocabularyOf(GgufMetadata metadata, HeaderKeys keys) =>
        metadata["tokenizer.ggml.tokens"] is { Type: GgufValueType.Array } tokens ? tokens.Count : keys.Get("vocab_size");

    private static void ReadHeadLengths(ModelShape shape, HeaderKeys keys)
    {
        if (shape.Heads[0] > 0)
        {
            var length = shape.EmbeddingLength / shape.Heads[0];
            shape.FullKeyLength = keys.Get("attention.key_length", length);
            shape.FullValueLength = keys.Get("attention.value_length", length);
            shape.FullRotaryLength = keys.Get("rope.dimension_count", shape.FullKeyLength);
        }

        shape.WindowKeyLength = keys.Get("attention.key_length_swa", shape.FullKeyLength);
        shape.WindowValueLength = keys.Get("attention.value_length_swa", shape.FullValueLength);
        shape.WindowRotaryLength = keys.Get("rope.dimension_count_swa", shape.FullRotaryLength);
    }
}
