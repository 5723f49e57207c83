using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>
/// The graph that most families vary: norm, attention with rotated queries and keys, residual; norm, feed-forward network, residual; output. A family says what it does besides.
/// </summary>
internal sealed record StandardDecoder
{
    /// <summary>The kind of all norms. Biases are added where there are any.</summary>
    public NormKind Norm { get; init; } = NormKind.Rms;

    /// <summary>Whether the tokens' embeddings are scaled by the root of their length.</summary>
    public bool ScalesEmbeddings { get; init; }

    /// <summary>What of queries and keys is normed before they are rotated.</summary>
    public HeadNorm HeadNorm { get; init; }

    /// <summary>Whether rotations have factors of their own, if the model has such tensors.</summary>
    public bool UsesRopeFactors { get; init; }

    /// <summary>Whether queries are scaled rather than scores.</summary>
    public bool ScalesQueries { get; init; }

    /// <summary>Whether what goes into attention and feed-forward network is normed.</summary>
    public bool NormsInputs { get; init; } = true;

    /// <summary>Whether the results of attention and feed-forward network are normed before they are added.</summary>
    public bool NormsResults { get; init; }

    /// <summary>Whether the feed-forward network's result is added to what it was made of, rather than the other way round: the first may then keep its memory.</summary>
    public bool AddsToResidual { get; init; }

    /// <summary>Whether attention scores are capped.</summary>
    public bool CapsScores { get; init; }

    /// <summary>Whether logits are capped.</summary>
    public bool CapsLogits { get; init; }

    /// <summary>The feed-forward network of a layer.</summary>
    public Func<ModelGraph, GraphTensor, int, GraphTensor> FeedForward { get; init; } = (graph, x, layer) => graph.FeedForward(x, layer, Activation.Gated);

    public void Build(ModelGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var g = graph.G;
        graph.CapsScores = CapsScores;
        var x = graph.InputEmbeddings();
        x = ScalesEmbeddings ? g.Scale(x) : x;
        var positions = graph.InputPositions();
        var (full, window) = graph.Shape.SlidingWindowKind != SlidingWindowKind.None ? graph.InputWindowedAttention() : (graph.InputAttention(), null);
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = NormsInputs ? NormOf(graph, x, layer, "attn_norm") : x;
            x = Attend(graph, x, positions, graph.Shape.SlidingWindowLayers[layer] && window is not null ? window : full, layer);
            if (layer == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
            }

            x = NormsResults ? NormOf(graph, x, layer, "post_attention_norm") : x;
            var attended = g.Add(x, residual);
            x = FeedForward(graph, NormsInputs ? NormOf(graph, attended, layer, "ffn_norm") : attended, layer);

            // The reference does not say of which layer this norm is, so nothing keeps it on the layer's device.
            x = NormsResults ? graph.Norm(x, graph.FindWeight(layer, "post_ffw_norm"), null, Norm, -1) : x;
            x = AddsToResidual ? g.Add(attended, x) : g.Add(x, attended);
        }

        x = graph.Norm(x, graph.Weight("output_norm.weight"), graph.FindWeight("output_norm.bias"), Norm, -1);
        graph.FinishWithLogits(x, CapsLogits);
    }

    private GraphTensor Attend(ModelGraph graph, GraphTensor x, GraphTensor positions, AttentionInputs inputs, int layer)
    {
        var g = graph.G;
        var (q, k, v) = HeadNorm == HeadNorm.AllHeads ? graph.QueryKeyValueRows(x, layer) : graph.QueryKeyValue(x, layer);
        if (HeadNorm != HeadNorm.None)
        {
            q = NormOf(graph, q, layer, "attn_q_norm");
            k = NormOf(graph, k, layer, "attn_k_norm");
        }

        if (HeadNorm == HeadNorm.AllHeads)
        {
            var shape = graph.Shape;
            q = g.Reshape(q, shape.KeyLength(layer), shape.Heads[layer], graph.Tokens);
            k = g.Reshape(k, shape.KeyLength(layer), shape.KeyValueHeads[layer], graph.Tokens);
            v = g.Reshape(v, shape.ValueLength(layer), shape.KeyValueHeads[layer], graph.Tokens);
        }

        var factors = UsesRopeFactors ? graph.RopeFactors(layer) : null;
        q = g.Rope(q, positions, factors);
        k = g.Rope(k, positions, factors);
        q = ScalesQueries ? g.Scale(q) : q;
        return graph.Attention(inputs, q, k, v, layer);
    }

    private GraphTensor NormOf(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.Norm(x, graph.Weight(layer, name), graph.FindBias(layer, name), Norm, layer);
}
