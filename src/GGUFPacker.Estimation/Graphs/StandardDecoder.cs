using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>
/// The graph that most families vary: norm, attention with rotated queries and keys, residual; norm, feed-forward network, residual; output. A family says what
/// it does besides.
/// </summary>
internal sealed record StandardDecoder
{
    /// <summary>The kind of all norms. Biases are added where there are any.</summary>
    public NormKind Norm { get; init; } = NormKind.Rms;

    /// <summary>Whether the tokens' embeddings are scaled by the root of their length.</summary>
    public bool ScalesEmbeddings { get; init; }

    /// <summary>Whether learned positions are added to the embeddings.</summary>
    public bool AddsPositions { get; init; }

    /// <summary>Whether the embeddings are normed, with weights if there are any.</summary>
    public bool NormsEmbeddings { get; init; }

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

    /// <summary>Whether queries, keys and values are clamped, if the header says so.</summary>
    public bool ClampsProjections { get; init; }

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

    /// <summary>Whether norms have weights.</summary>
    public bool HasNormWeights { get; init; } = true;

    /// <summary>Whether the results of attention and feed-forward network are normed before they are added.</summary>
    public bool NormsResults { get; init; }

    /// <summary>Whether the second of these norms is kept on its layer's device: most families do not say of which layer it is.</summary>
    public bool PinsResults { get; init; }

    /// <summary>
    /// Whether the feed-forward network's result is added to what it was made of, rather than the other way round: the first may then keep its memory.
    /// </summary>
    public bool AddsToResidual { get; init; }

    /// <summary>Whether attention scores are capped.</summary>
    public bool CapsScores { get; init; }

    /// <summary>Whether logits are capped.</summary>
    public bool CapsLogits { get; init; }

    /// <summary>Whether logits are scaled.</summary>
    public bool ScalesLogits { get; init; }

    /// <summary>Whether logits are filled up to one for each token of the vocabulary.</summary>
    public bool PadsLogits { get; init; }

    /// <summary>The feed-forward network of a layer.</summary>
    public Func<ModelGraph, GraphTensor, int, GraphTensor> FeedForward { get; init; } = (graph, x, layer) => graph.FeedForward(x, layer, Activation.Gated);

    /// <summary>Whether tokens see each other in both directions, without a cache.</summary>
    public bool IsCacheless { get; init; }

    /// <summary>Whether tokens see each other in both directions, without a cache, and the result is their embeddings.</summary>
    public bool IsEncoder { get; init; }

    /// <summary>Whether layers for further tokens read the last norm's result.</summary>
    public bool MarksHiddenStates { get; init; }

    /// <summary>Whether the last layer works on all tokens, as layers for further ones need them, and rows are taken of the last norm's result.</summary>
    public bool TakesOutputsLast { get; init; }

    /// <summary>Whether the layers with a window attend to sinks (attn_sinks) besides, if they have such.</summary>
    public bool HasSinks { get; init; }

    /// <summary>What is done with the result of attention.</summary>
    public Func<ModelGraph, GraphTensor, int, GraphTensor> AfterAttention { get; init; } = (_, x, _) => x;

    /// <summary>What the family's graph leaves out.</summary>
    public UnusedTensors Unused { get; init; }

    /// <summary>What is done with a layer's result.</summary>
    public Func<ModelGraph, GraphTensor, int, GraphTensor> AfterLayer { get; init; } = (_, x, _) => x;

    public void Build(ModelGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var g = graph.G;
        graph.CapsScores = CapsScores;
        graph.ClampsProjections = ClampsProjections;
        graph.Unused = Unused;
        var x = graph.InputEmbeddings();
        x = ScalesEmbeddings ? g.Scale(x) : x;
        var positions = graph.InputPositions();
        x = AddsPositions ? g.Add(x, g.GetRows(graph.Weight("position_embd.weight"), positions)) : x;
        x = NormsEmbeddings ? graph.Norm(x, graph.FindWeight("token_embd_norm.weight"), graph.FindWeight("token_embd_norm.bias"), Norm, 0) : x;
        var temperature = HasTemperature && graph.Shape.Number("attention.temperature_scale") is not (null or 0) ? graph.InputAttentionScale() : null;
        var (full, window) = InputAttention(graph);
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var inputs = graph.Shape.SlidingWindowLayers[layer] && window is not null ? window : full;
            x = Layer(graph, x, positions, temperature, inputs, layer == graph.Layers - 1 && !TakesOutputsLast ? outputIds : null, layer);
        }

        x = graph.Norm(
            x, HasNormWeights ? graph.Weight(OutputNorm + ".weight") : null, HasNormWeights ? graph.FindWeight(OutputNorm + ".bias") : null, Norm, -1);
        if (IsEncoder)
        {
            graph.Embeddings = x;
            graph.Expand(x);
            return;
        }

        graph.HiddenStates = MarksHiddenStates || TakesOutputsLast ? x : null;
        graph.FinishWithLogits(TakesOutputsLast ? g.GetRows(x, outputIds) : x, CapsLogits, ScalesLogits, PadsLogits);
    }

    /// <summary>The graph that drafts with a layer for further tokens (<see cref="PredictionGraph"/>), which is like the others.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="scales">Whether the projection before the layer uses its scale, if there is one.</param>
    /// <param name="marksRows">Whether the next draft begins with the layer's result rather than with its norm.</param>
    public void BuildPrediction(ModelGraph graph, bool scales, bool marksRows = false)
    {
        ArgumentNullException.ThrowIfNull(graph);
        graph.Unused = Unused;
        var layer = graph.PredictionLayer;
        var x = PredictionGraph.Begin(graph, scales: scales);
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        var (full, window) = InputAttention(graph);
        x = Layer(graph, x, positions, null, graph.Shape.SlidingWindowLayers[layer] && window is not null ? window : full, null, layer);
        if (marksRows)
        {
            PredictionGraph.FinishWithRows(graph, x, outputIds);
        }
        else
        {
            PredictionGraph.Finish(graph, x, outputIds);
        }
    }

    private GraphTensor Layer(
        ModelGraph graph, GraphTensor x, GraphTensor positions, GraphTensor? temperature, AttentionInputs inputs, GraphTensor? outputIds, int layer)
    {
        var g = graph.G;
        var residual = x;
        x = NormsInputs ? NormOf(graph, x, layer, "attn_norm") : x;
        x = Attend(graph, x, positions, temperature, inputs, layer);
        x = AfterAttention(graph, x, layer);
        if (outputIds is not null)
        {
            x = g.GetRows(x, outputIds);
            residual = g.GetRows(residual, outputIds);
        }

        x = NormsResults ? NormOf(graph, x, layer, "post_attention_norm") : x;
        var attended = g.Add(x, residual);
        x = FeedForward(graph, NormsInputs ? NormOf(graph, attended, layer, FeedForwardNorm) : attended, layer);

        x = NormsResults ? graph.Norm(x, graph.FindWeight(layer, "post_ffw_norm"), null, Norm, PinsResults ? layer : -1) : x;
        return AfterLayer(graph, AddsToResidual ? g.Add(attended, x) : g.Add(x, attended), layer);
    }

    private (AttentionInputs Full, AttentionInputs? Window) InputAttention(ModelGraph graph)
    {
        var isWindowed = graph.Shape.SlidingWindowKind != SlidingWindowKind.None;
        return IsEncoder || IsCacheless ? (graph.InputAttentionWithoutCache(), isWindowed ? graph.InputAttentionWithoutCache() : null)
            : graph.InputAttentionOfLayers();
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
        var sinks = HasSinks ? graph.FindWeight(layer, "attn_sinks") : null;
        return GatesAttention
            ? graph.AttentionOutput(graph.GateAttention(graph.AttentionCore(inputs, q, k, v, layer, sinks), x, layer), layer)
            : graph.Attention(inputs, q, k, v, layer, sinks);
    }

    private GraphTensor NormHeads(ModelGraph graph, GraphTensor x, int layer, string name) =>
        HeadNorm == HeadNorm.EachHeadIfAny && graph.FindWeight(layer, name) is null ? x
        : graph.Norm(x, graph.Weight(layer, name), Unused.HasFlag(UnusedTensors.HeadNormBiases) ? null : graph.FindBias(layer, name), Norm, layer);

    private GraphTensor NormOf(ModelGraph graph, GraphTensor x, int layer, string name) =>
        HasNormWeights ? graph.Norm(x, graph.Weight(layer, name), graph.FindBias(layer, name), Norm, layer) : graph.Norm(x, null, null, Norm, layer);
}
