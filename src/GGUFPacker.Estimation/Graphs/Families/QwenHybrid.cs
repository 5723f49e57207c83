using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>qwen3next</c>, <c>qwen35</c> and <c>qwen35moe</c> (src/models/qwen3next.cpp, qwen35.cpp, qwen35moe.cpp): linear attention in most layers,
/// gated full attention in the others.
/// </summary>
internal static class QwenHybrid
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var isFirst = graph.Shape.Architecture == "qwen3next";
        var x = graph.InputEmbeddings();
        var recurrent = graph.InputRecurrent();
        var attention = graph.InputAttention();
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            graph.Expand(x);
            x = graph.Shape.RecurrentLayers[layer]
                ? DeltaNetLayer.Build(graph, recurrent, x, layer, isFirst)
                : Attend(graph, attention, x, positions, layer, isFirst);
            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "post_attention_norm"), layer);
            x = g.Add(FeedForward(graph, x, layer), attended);
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.HiddenStates = x;
        graph.FinishWithLogits(g.GetRows(x, outputIds));
    }

    /// <summary>The graph that drafts: a layer of full attention. The oldest family takes the rows that have logits before the feed-forward network.</summary>
    public static void BuildPrediction(ModelGraph graph)
    {
        var (g, layer) = (graph.G, graph.PredictionLayer);
        var isFirst = graph.Shape.Architecture == "qwen3next";
        var residual = PredictionGraph.Begin(graph);
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        var attention = graph.InputAttention();
        var x = Attend(graph, attention, graph.RmsNorm(residual, graph.Weight(layer, "attn_norm"), layer), positions, layer, isFirst);
        if (isFirst)
        {
            x = g.GetRows(x, outputIds);
            residual = g.GetRows(residual, outputIds);
        }

        var attended = g.Add(x, residual);
        x = FeedForward(graph, graph.RmsNorm(attended, graph.Weight(layer, "post_attention_norm"), layer), layer);
        PredictionGraph.Finish(graph, g.Add(x, attended), isFirst ? null : outputIds);
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int layer, bool isFirst)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long length = shape.KeyLength(layer);
        long heads = shape.Heads[layer];
        var (both, k, v) = graph.QueryKeyValueRows(x, layer, queryParts: 2);
        both = isFirst ? g.Reshape(both, length * 2, heads, graph.Tokens) : both;
        var (head, token) = (2 * length * both.Nb[0], 2 * length * heads * both.Nb[0]);
        var q = g.View3D(both, length, heads, graph.Tokens, head, token, 0);
        var gate = g.View3D(both, length, heads, graph.Tokens, head, token, length * both.Nb[0]);
        gate = isFirst ? gate : g.Cont(gate, length * heads, graph.Tokens);
        k = g.Reshape(k, length, shape.KeyValueHeads[layer], graph.Tokens);
        v = g.Reshape(v, length, shape.KeyValueHeads[layer], graph.Tokens);
        q = g.Rope(graph.RmsNorm(q, graph.Weight(layer, "attn_q_norm"), layer), positions);
        k = g.Rope(graph.RmsNorm(k, graph.Weight(layer, "attn_k_norm"), layer), positions);
        x = graph.AttentionCore(inputs, q, k, v, layer);
        gate = isFirst ? g.Cont(gate, length * heads, graph.Tokens) : gate;
        return graph.Multiply(graph.Weight(layer, "attn_output"), g.Mul(x, g.Unary(gate)), graph.FindScale(layer, "attn_output"));
    }

    /// <summary>A dense network, or experts, with one that all tokens share, gated.</summary>
    public static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        if (!graph.HasExperts(layer))
        {
            return graph.FeedForward(x, layer, Activation.Gated);
        }

        var g = graph.G;
        var experts = graph.Experts(x, layer, ExpertOptions.Default);
        if (graph.FindWeight(layer, "ffn_up_shexp") is null)
        {
            return experts;
        }

        var shared = graph.FeedForward(x, layer, Activation.Gated, "_shexp");
        var gate = g.Unary(g.MulMat(graph.Weight(layer, "ffn_gate_inp_shexp"), x));
        return g.Add(experts, g.Mul(shared, gate));
    }
}
