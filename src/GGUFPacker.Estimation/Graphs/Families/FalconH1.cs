using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>falcon-h1</c> (src/models/falcon-h1.cpp): each layer attends and scans side by side.</summary>
internal static class FalconH1
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var recurrent = graph.InputRecurrent();
        var attention = graph.InputAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            // The norm is computed for each of the two.
            var norm = graph.Weight(layer, "attn_norm");
            var (q, k, v) = graph.QueryKeyValue(graph.RmsNorm(x, norm, layer), layer);
            q = g.Rope(q, positions);
            k = g.Rope(k, positions);
            var attended = graph.AttentionCore(attention, q, k, v, layer);
            attended = graph.Multiply(graph.Weight(layer, "attn_output"), attended, graph.FindScale(layer, "attn_output"));
            var scanned = StateSpaceLayer.BuildSecond(graph, recurrent, graph.RmsNorm(x, norm, layer), layer);
            var mixed = g.Add(g.Add(attended, scanned), x);
            if (layer == graph.Layers - 1)
            {
                mixed = g.GetRows(mixed, outputIds);
            }

            x = graph.RmsNorm(mixed, graph.FindWeight($"blk.{layer}.ffn_norm") ?? graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(graph.FeedForward(x, layer, Activation.Gated), mixed);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }
}
