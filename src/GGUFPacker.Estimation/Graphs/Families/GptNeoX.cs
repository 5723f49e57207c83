namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>gptneox</c> (src/models/gptneox.cpp): the header says whether attention and feed-forward network stand side by side or one behind the other.
/// </summary>
internal static class GptNeoX
{
    private static readonly StandardDecoder Sequential = new()
    {
        Norm = NormKind.Layer,
        FeedForward = (graph, x, layer) => graph.FeedForward(x, layer, Activation.Plain),
    };

    public static void Build(ModelGraph graph)
    {
        if (graph.Shape.Number("use_parallel_residual") is null or 0)
        {
            Sequential.Build(graph);
            return;
        }

        var g = graph.G;
        var (x, positions, inputs, outputIds) = graph.InputDecoder();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var (q, k, v) = graph.QueryKeyValue(NormOf(graph, x, layer, "attn_norm"), layer);
            var attended = graph.Attention(inputs, g.Rope(q, positions), g.Rope(k, positions), v, layer);
            if (layer == graph.Layers - 1)
            {
                attended = g.GetRows(attended, outputIds);
                residual = g.GetRows(residual, outputIds);
            }

            x = graph.FeedForward(NormOf(graph, residual, layer, "ffn_norm"), layer, Activation.Plain);
            x = g.Add(g.Add(x, residual), attended);
        }

        graph.FinishWithLogits(graph.Norm(x, graph.Weight("output_norm.weight"), graph.FindWeight("output_norm.bias"), NormKind.Layer, -1));
    }

    private static GraphTensor NormOf(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.Norm(x, graph.Weight(layer, name), graph.FindBias(layer, name), NormKind.Layer, layer);
}
