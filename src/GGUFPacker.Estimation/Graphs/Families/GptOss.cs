namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>gpt-oss</c> (src/models/openai-moe.cpp): windows, sinks, and results of all tokens up to the end.</summary>
internal static class GptOss
{
    private static readonly ExpertOptions Options = ExpertOptions.Default with { Gating = ExpertGating.SoftmaxWeight, Normalizes = false };

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
            long length = graph.Shape.FullRotaryLength;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            var (q, k, v) = graph.QueryKeyValue(x, layer, length, graph.Shape.Heads[layer], length, graph.Shape.KeyValueHeads[layer], length);
            var inputs = graph.Shape.SlidingWindowLayers[layer] ? window : full;
            x = graph.Attention(inputs, g.Rope(q, positions), g.Rope(k, positions), v, layer, graph.FindWeight(layer, "attn_sinks"));
            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "post_attention_norm"), layer);
            x = g.Add(graph.Experts(x, layer, Options), attended);
        }

        graph.HiddenStates = x;
        x = g.GetRows(x, outputIds);
        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }
}
