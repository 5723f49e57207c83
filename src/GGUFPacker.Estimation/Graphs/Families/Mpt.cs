namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>mpt</c> (src/models/mpt.cpp): places are learned, or told by a bias; queries and keys may be clamped and normed, and activations divided.
/// </summary>
internal static class Mpt
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        graph.ClampsProjections = true;
        var x = graph.InputEmbeddings();
        var inputs = graph.InputAttention();
        x = graph.FindWeight("position_embd.weight") is { } places ? g.Add(x, g.GetRows(places, graph.InputPositions())) : x;
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var (q, k, v) = graph.QueryKeyValue(NormOf(graph, x, layer, "attn_norm"), layer);
            if (graph.FindWeight(layer, "attn_q_norm") is not null)
            {
                q = NormHeads(graph, q, layer, "attn_q_norm");
                k = NormHeads(graph, k, layer, "attn_k_norm");
            }

            x = graph.Attention(inputs, q, k, v, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(x, residual);
            x = graph.FeedForward(NormOf(graph, attended, layer, "ffn_norm"), layer, Activation.Plain);
            x = g.Add(x, attended);
        }

        graph.FinishWithLogits(graph.Norm(x, graph.Weight("output_norm.weight"), graph.FindWeight("output_norm.bias"), NormKind.Layer, -1));
    }

    private static GraphTensor NormOf(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.Norm(x, graph.Weight(layer, name), graph.FindBias(layer, name), NormKind.Layer, layer);

    // All heads of a token together.
    private static GraphTensor NormHeads(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.G.Reshape(NormOf(graph, graph.G.Reshape(x, x.Ne[0] * x.Ne[1], x.Ne[2]), layer, name), x.Ne[0], x.Ne[1], x.Ne[2]);
}
