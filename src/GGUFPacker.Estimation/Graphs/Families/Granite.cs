namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>granite</c>, <c>granitemoe</c> and <c>granitehybrid</c> (src/models/granite.cpp, granite-hybrid.cpp): results are scaled before they are added.
/// </summary>
internal static class Granite
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        if (shape.InputEmbeddingLength != shape.EmbeddingLength)
        {
            throw new UnknownGraphException("Granite's images come in behind several layers.");
        }

        var isHybrid = shape.Architecture == "granitehybrid";

        // The key that elsewhere says how a model was trained switches the rotation here.
        var rotates = shape.Architecture == "granitemoe" || shape.Number("rope.scaling.finetuned") is not 0;
        var x = graph.InputEmbeddings();
        var recurrent = isHybrid ? graph.InputRecurrent() : null;
        var inputs = graph.InputAttention();
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = recurrent is not null && shape.RecurrentLayers[layer]
                ? StateSpaceLayer.BuildSecond(graph, recurrent, x, layer)
                : Attend(graph, inputs, x, rotates ? positions : null, layer);
            if (layer == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
            }

            var attended = g.Add(ScaleResult(graph, x), residual);
            x = FeedForward(graph, graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer), layer);
            x = g.Add(ScaleResult(graph, x), attended);
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.FinishWithLogits(x, scalesLogits: !isHybrid || shape.Number("logit_scale") is not (null or 0));
    }

    private static GraphTensor ScaleResult(ModelGraph graph, GraphTensor x) => graph.Shape.Number("residual_scale") is null or 0 ? x : graph.G.Scale(x);

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor? positions, int layer)
    {
        var g = graph.G;
        var (q, k, v) = graph.QueryKeyValue(x, layer);
        if (positions is not null)
        {
            var factors = graph.RopeFactors(layer);
            q = g.Rope(q, positions, factors);
            k = g.Rope(k, positions, factors);
        }

        return graph.Attention(inputs, q, k, v, layer);
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        if (!graph.HasExperts(layer))
        {
            return graph.FeedForward(x, layer, Activation.Gated);
        }

        var experts = graph.Experts(x, layer, ExpertOptions.Default);
        return graph.FindWeight(layer, "ffn_up_shexp") is null ? experts : graph.G.Add(experts, graph.FeedForward(x, layer, Activation.Gated, "_shexp"));
    }
}
