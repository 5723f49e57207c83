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

    /// <summary>The norm of the last layer's result.</summary>
    public string OutputNorm { get; init; } = "output_norm";

    /// <summary>What of queries and keys is normed before they are rotated.</summary>
    public HeadNorm HeadNorm { get; init; }

    /// <summary>Whether that norm comes after the rotation instead.</summary>
    public bool NormsRotatedHeads { get; init; }

    /// <summary>Which layers rotate queries and keys.</summary>
    public Func<ModelGraph, int, bool> Rotates { get; init; } = (_, _) => true;

    /// <summary>Whether rotations have factors of their own, if the model has such tensors.</summary>
    public bool UsesRopeFactors { get; init; }

    /// <summary>Whether queries are scaled rather than scores.</summary>
    public bool ScalesQueries { get; init; }

    /// <summary>Whether queries are multiplied with an input that depends on their position, if the header says so.</summary>
    public bool HasTemperature { get; init; }

    /// <summary>Whether the attention's result is multiplied with a gate that is made of the layer's input.</summary>
    public bool GatesAttention { get; init; }

    /// <summary>The norm of what goes into the feed-forward network.</summary>
    public string FeedForwardNorm { get; init; } = "ffn_norm";

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

    /// <summary>Whether tokens see each other in both directions, without a cache, and the result is their embeddings.</summary>
    public bool IsEncoder { get; init; }

    /// <summary>Whether layers for further tokens read the last norm's result.</summary>
    public bool MarksHiddenStates { get; init; }

    /// <summary>What is done with a layer's result.</summary>
    public Func<ModelGraph, GraphTensor, int, GraphTensor> AfterLayer { get; init; } = (_, x, _) => x;

    public void Build(ModelGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var g = graph.G;
        graph.CapsScores = CapsScores;
        var x = graph.InputEmbeddings();
        x = ScalesEmbeddings ? g.Scale(x) : x;
        var positions = graph.InputPositions();
        var temperature = HasTemperature && graph.Shape.Number("attention.temperature_scale") is not (null or 0) ? graph.InputAttentionScale() : null;
        var (full, window) = InputAttention(graph);
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = NormsInputs ? NormOf(graph, x, layer, "attn_norm") : x;
            x = Attend(graph, x, positions, temperature, graph.Shape.SlidingWindowLayers[layer] && window is not null ? window : full, layer);
            if (layer == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
            }

            x = NormsResults ? NormOf(graph, x, layer, "post_attention_norm") : x;
            var attended = g.Add(x, residual);
            x = FeedForward(graph, NormsInputs ? NormOf(graph, attended, layer, FeedForwardNorm) : attended, layer);

            // The reference does not say of which layer this norm is, so nothing keeps it on the layer's device.
            x = NormsResults ? graph.Norm(x, graph.FindWeight(layer, "post_ffw_norm"), null, Norm, -1) : x;
            x = AfterLayer(graph, AddsToResidual ? g.Add(attended, x) : g.Add(x, attended), layer);
        }

        x = graph.Norm(x, graph.Weight(OutputNorm + ".weight"), graph.FindWeight(OutputNorm + ".bias"), Norm, -1);
        if (IsEncoder)
        {
            graph.Embeddings = x;
            graph.Expand(x);
            return;
        }

        graph.HiddenStates = MarksHiddenStates ? x : null;
        graph.FinishWithLogits(x, CapsLogits);
    }

    private (AttentionInputs Full, AttentionInputs? Window) InputAttention(ModelGraph graph)
    {
        var isWindowed = graph.Shape.SlidingWindowKind != SlidingWindowKind.None;
        return IsEncoder ? (graph.InputAttentionWithoutCache(), isWindowed ? graph.InputAttentionWithoutCache() : null)
            : isWindowed ? graph.InputWindowedAttention()
            : (graph.InputAttention(), null);
    }

    private GraphTensor Attend(ModelGraph graph, GraphTensor x, GraphTensor positions, GraphTensor? temperature, AttentionInputs inputs, int layer)
    {
        var g = graph.G;
        var (q, k, v) = HeadNorm == HeadNorm.AllHeads ? graph.QueryKeyValueRows(x, layer) : graph.QueryKeyValue(x, layer);
        if (HeadNorm != HeadNorm.None && !NormsRotatedHeads)
        {
            q = NormHeads(graph, q, layer, "attn_q_norm");
            k = NormHeads(graph, k, layer, "attn_k_norm");
        }

        if (HeadNorm == HeadNorm.AllHeads)
        {
            var shape = graph.Shape;
            q = g.Reshape(q, shape.KeyLength(layer), shape.Heads[layer], graph.Tokens);
            k = g.Reshape(k, shape.KeyLength(layer), shape.KeyValueHeads[layer], graph.Tokens);
            v = g.Reshape(v, shape.ValueLength(layer), shape.KeyValueHeads[layer], graph.Tokens);
        }

        if (Rotates(graph, layer))
        {
            var factors = UsesRopeFactors ? graph.RopeFactors(layer) : null;
            q = g.Rope(q, positions, factors);
            k = g.Rope(k, positions, factors);
        }

        if (NormsRotatedHeads)
        {
            q = NormHeads(graph, q, layer, "attn_q_norm");
            k = NormHeads(graph, k, layer, "attn_k_norm");
        }

        q = temperature is null ? q : g.Mul(q, temperature);
        q = ScalesQueries ? g.Scale(q) : q;
        return GatesAttention
            ? graph.AttentionOutput(graph.GateAttention(graph.AttentionCore(inputs, q, k, v, layer), x, layer), layer)
            : graph.Attention(inputs, q, k, v, layer);
    }

    private GraphTensor NormHeads(ModelGraph graph, GraphTensor x, int layer, string name) =>
        HeadNorm == HeadNorm.EachHeadIfAny && graph.FindWeight(layer, name) is null ? x : NormOf(graph, x, layer, name);

    private GraphTensor NormOf(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.Norm(x, graph.Weight(layer, name), graph.FindBias(layer, name), Norm, layer);
}
