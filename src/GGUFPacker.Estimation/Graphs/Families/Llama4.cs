using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>llama4</c> (src/models/llama4.cpp): chunked attention, and every fourth layer unrotated with queries scaled by position.</summary>
internal static class Llama4
{
    private const int UnrotatedStep = 4;

    // The larger model does not norm queries and keys.
    private const int ExpertsWithoutHeadNorm = 128;

    private static readonly ExpertOptions Options = ExpertOptions.Default with { Gating = ExpertGating.Sigmoid, Normalizes = false, WeighsInput = true };

    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var scale = graph.InputAttentionScale();
        var isChunked = graph.Shape.SlidingWindowKind != SlidingWindowKind.None;
        var (full, window) = isChunked ? graph.InputWindowedAttention() : (graph.InputAttention(), null);
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            var factors = graph.RopeFactors(layer);
            var (q, k, v) = graph.QueryKeyValue(x, layer);
            if ((layer + 1) % (isChunked ? UnrotatedStep : graph.Layers) != 0)
            {
                q = g.Rope(q, positions, factors);
                k = g.Rope(k, positions, factors);
                if (graph.Shape.Experts != ExpertsWithoutHeadNorm)
                {
                    q = g.RmsNorm(q);
                    k = g.RmsNorm(k);
                }
            }
            else
            {
                q = g.Mul(q, scale);
            }

            x = graph.Attention(graph.Shape.SlidingWindowLayers[layer] && window is not null ? window : full, q, k, v, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(FeedForward(graph, x, layer), attended);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        if (!graph.HasExperts(layer))
        {
            return graph.FeedForward(x, layer, Activation.Gated);
        }

        var experts = graph.Experts(x, layer, Options);
        return graph.G.Add(experts, graph.FeedForward(x, layer, Activation.Gated, "_shexp"));
    }
}
