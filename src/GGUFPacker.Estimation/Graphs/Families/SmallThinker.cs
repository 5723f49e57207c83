using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>smallthinker</c> (src/models/smallthinker.cpp): experts are chosen by what goes into the layer, before its attention.</summary>
internal static class SmallThinker
{
    // Of windowed models every fourth layer's queries and keys are not rotated, unless there are just four layers (n_no_rope_layer_step).
    private const int UnrotatedStep = 4;

    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var isWindowed = shape.SlidingWindowKind != SlidingWindowKind.None;
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var (full, window) = graph.InputAttentionOfLayers();
        var outputIds = graph.InputOutputIds();
        var options = ExpertOptions.Default with { Gating = (ExpertGating)(int)(shape.Number("expert_gating_func") ?? (double)ExpertGating.Softmax) };
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var chosen = g.MulMat(graph.Weight(layer, "ffn_gate_inp"), x);
            var (q, k, v) = graph.QueryKeyValue(graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer), layer);
            if (!isWindowed || graph.Layers == UnrotatedStep || layer % UnrotatedStep != 0)
            {
                q = g.Rope(q, positions);
                k = g.Rope(k, positions);
            }

            x = graph.Attention(shape.SlidingWindowLayers[layer] ? window ?? full : full, q, k, v, layer);
            if (layer == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
                chosen = g.GetRows(chosen, outputIds);
            }

            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(graph.Experts(x, layer, options, chosen), attended);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }
}
