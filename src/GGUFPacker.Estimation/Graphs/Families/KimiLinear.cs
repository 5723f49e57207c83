using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>kimi-linear</c> (src/models/kimi-linear.cpp): delta attention in most layers, latent attention without rotation in the others.
/// </summary>
internal static class KimiLinear
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        graph.Unused = UnusedTensors.LogitsScale;
        var x = graph.InputEmbeddings();
        var delta = new KimiDeltaLayer(graph, graph.InputRecurrent());
        var attention = graph.InputAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            graph.Expand(x);
            x = graph.Shape.RecurrentLayers[layer]
                ? delta.Build(x, layer)
                : graph.AttentionOutput(LatentAttention.Attend(graph, attention, x, null, null, layer), layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(FeedForward(graph, x, layer), attended);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer) => layer < graph.Shape.DenseLeadLayers
        ? graph.FeedForward(x, layer, Activation.Gated)
        : graph.ExpertsAndShared(x, layer, ExpertOptions.Default with { Gating = graph.GatingOr(ExpertGating.Softmax) });
}
