using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>jamba</c> (src/models/jamba.cpp): Mamba layers, some that attend without rotation, experts in some.</summary>
internal static class Jamba
{
    private static readonly ExpertOptions Options = ExpertOptions.Default with { Normalizes = false };

    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var recurrent = graph.InputRecurrent();
        var attention = graph.InputAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            if (graph.Shape.RecurrentLayers[layer])
            {
                x = StateSpaceLayer.BuildFirst(graph, recurrent, x, layer);
            }
            else
            {
                var (q, k, v) = graph.QueryKeyValue(x, layer);
                x = graph.Attention(attention, q, k, v, layer);
            }

            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var mixed = g.Add(residual, x);
            x = graph.RmsNorm(mixed, graph.Weight(layer, "ffn_norm"), layer);
            x = graph.HasExperts(layer) ? graph.Experts(x, layer, Options) : graph.FeedForward(x, layer, Activation.Gated);
            x = g.Add(mixed, x);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }
}
