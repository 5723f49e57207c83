namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>step35</c> (src/models/step35.cpp): windows, a gate for each head, experts with a shared one, whose operands some layers limit.
/// </summary>
internal static class Step35
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var (full, window) = graph.InputWindowedAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = Attend(graph, graph.Shape.SlidingWindowLayers[layer] ? window : full, x, positions, layer);
            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(FeedForward(graph, x, layer), attended);
        }

        graph.HiddenStates = x;
        x = g.GetRows(x, outputIds);
        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }

    /// <summary>The graph that drafts.</summary>
    public static void BuildPrediction(ModelGraph graph)
    {
        var (g, layer) = (graph.G, graph.PredictionLayer);
        var residual = PredictionGraph.Begin(graph, scales: false);
        var positions = graph.InputPositions();
        var (full, window) = graph.InputWindowedAttention();
        var x = graph.RmsNorm(residual, graph.Weight(layer, "attn_norm"), layer);
        var attended = g.Add(Attend(graph, graph.Shape.SlidingWindowLayers[layer] ? window : full, x, positions, layer), residual);
        x = FeedForward(graph, graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer), layer);
        PredictionGraph.FinishWithRows(graph, g.Add(x, attended), graph.InputOutputIds(), scales: false);
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long length = shape.FullKeyLength;
        var (q, k, v) = graph.QueryKeyValueRows(x, layer);
        q = Normed(g.Reshape(q, length, shape.Heads[layer], graph.Tokens), "attn_q_norm");
        k = Normed(g.Reshape(k, length, shape.KeyValueHeads[layer], graph.Tokens), "attn_k_norm");
        v = g.Reshape(v, shape.FullValueLength, shape.KeyValueHeads[layer], graph.Tokens);
        var factors = shape.SlidingWindowLayers[layer] ? null : graph.RopeFactors(layer);
        q = g.Rope(q, positions, factors);
        k = g.Rope(k, positions, factors);
        var y = graph.AttentionCore(inputs, q, k, v, layer);
        y = graph.FindWeight(layer, "attn_gate") is null ? y : graph.GateAttention(y, x, layer);
        return graph.AttentionOutput(y, layer);

        GraphTensor Normed(GraphTensor heads, string name) => graph.FindWeight(layer, name) is { } weight ? graph.RmsNorm(heads, weight, layer) : heads;
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer) => graph.HasExperts(layer)
        ? graph.ExpertsAndShared(x, layer, ExpertOptions.Default with { Gating = graph.GatingOr(ExpertGating.Sigmoid), Normalizes = graph.NormalizesExperts })
        : graph.FeedForward(x, layer, Activation.Gated);
}
