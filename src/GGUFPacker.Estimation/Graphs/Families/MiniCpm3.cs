using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>minicpm3</c> (src/models/minicpm3.cpp): latent attention whose keys and values are cached decompressed, everything scaled.</summary>
internal static class MiniCpm3
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = g.Scale(graph.InputEmbeddings());
        var positions = graph.InputPositions();
        var inputs = graph.InputAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = LatentAttention.Build(graph, inputs, x, positions, null, layer, graph.RopeFactors(layer));
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(g.Scale(x), residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(g.Scale(graph.FeedForward(x, layer, Activation.Gated)), attended);
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.FinishWithLogits(g.Scale(x));
        graph.Embeddings = x;
    }
}
