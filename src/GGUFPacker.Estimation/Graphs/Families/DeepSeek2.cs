namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>deepseek2</c>: DeepSeek V2, V3 and R1 (src/models/deepseek2.cpp), with latent attention and shared experts.</summary>
internal static class DeepSeek2
{
    /// <summary>The vocabulary of a model whose header lacks the kind of gating (GLM 4.7 Flash).</summary>
    private const int SigmoidVocabulary = 154880;

    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var scale = graph.Shape.Number("attention.temperature_scale") is not null and not 0 ? graph.InputAttentionScale() : null;
        var positions = graph.InputPositions();
        var inputs = graph.InputAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = LatentAttention.Build(graph, inputs, x, positions, scale, layer);
            if (layer == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
            }

            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(FeedForward(graph, x, layer), attended);
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.HiddenStates = x;
        graph.FinishWithLogits(x);
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        if (layer < graph.Shape.DenseLeadLayers)
        {
            return graph.FeedForward(x, layer, Activation.Gated);
        }

        var options = ExpertOptions.Default with { Gating = Gating(graph), Normalizes = graph.Shape.Number("expert_weights_norm") is not null and not 0 };
        var experts = graph.Experts(x, layer, options);
        return graph.G.Add(experts, graph.FeedForward(x, layer, Activation.Gated, "_shexp"));
    }

    private static ExpertGating Gating(ModelGraph graph) =>
        (ExpertGating)(int)(graph.Shape.Number("expert_gating_func") ?? 0) is not ExpertGating.None and var gating ? gating
        : graph.Layers is 47 or 48 && graph.Shape.Vocabulary == SigmoidVocabulary ? ExpertGating.Sigmoid
        : ExpertGating.Softmax;
}
