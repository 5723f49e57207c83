using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>plm</c> (src/models/plm.cpp): keys and values of all heads come of one short vector, and are cached decompressed.</summary>
internal static class Plm
{
    public static void Build(ModelGraph graph)
    {
        if (graph.Context.FlashAttention && graph.Tokens > 1)
        {
            // It takes all tokens' values for one token's.
            throw new EstimateException("llama.cpp's PLM ends with an assertion when flash attention stores the values of more than one token: turn it off.");
        }

        var g = graph.G;
        var (x, positions, inputs, outputIds) = graph.InputDecoder();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = LatentAttention.Build(graph, inputs, graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer), positions, null, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(x, residual);
            x = graph.FeedForward(graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer), layer, Activation.Squared);
            x = g.Add(x, attended);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }
}
