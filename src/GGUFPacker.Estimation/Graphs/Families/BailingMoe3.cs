using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>bailingmoe3</c>: Ling 3 (src/models/bailingmoe3.cpp), with delta attention in most layers and latent attention with a gate for each head in
/// the others.
/// </summary>
internal static class BailingMoe3
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        graph.Unused = UnusedTensors.LogitsScale;
        var x = graph.InputEmbeddings();
        var delta = new KimiDeltaLayer(graph, graph.InputRecurrent());
        var attention = graph.InputAttention();
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = graph.Shape.RecurrentLayers[layer] ? delta.Build(x, layer) : Attend(graph, attention, x, positions, layer);
            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(SharedExpertNetwork.Build(graph, x, layer, ExpertGating.Softmax), attended);
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.HiddenStates = x;
        graph.FinishWithLogits(g.GetRows(x, outputIds));
    }

    /// <summary>The graph that drafts: a layer of latent attention. The head is the model's.</summary>
    public static void BuildPrediction(ModelGraph graph)
    {
        var (g, layer) = (graph.G, graph.PredictionLayer);
        var residual = PredictionGraph.Begin(graph, scales: false);
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        var attention = graph.InputAttention();
        var x = graph.RmsNorm(residual, graph.Weight(layer, "attn_norm"), layer);
        var attended = g.Add(Attend(graph, attention, x, positions, layer), residual);
        x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
        PredictionGraph.Finish(graph, g.Add(SharedExpertNetwork.Build(graph, x, layer, ExpertGating.Softmax), attended), outputIds, scales: false);
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long heads = shape.Heads[0];
        long length = shape.LatentValueLength;
        var y = LatentAttention.Attend(graph, inputs, x, positions, null, layer);
        var gate = g.Unary(g.Reshape(g.MulMat(graph.Weight(layer, "attn_gate"), x), 1, heads, graph.Tokens));
        y = g.Mul(g.Reshape(y, length, heads, graph.Tokens), gate);
        return g.MulMat(graph.Weight(layer, "attn_output"), g.Cont(y, length * heads, graph.Tokens));
    }
}
