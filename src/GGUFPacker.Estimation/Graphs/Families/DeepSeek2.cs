using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>deepseek2</c> and <c>mistral4</c>: DeepSeek V2, V3 and R1, Mistral 4 (src/models/deepseek2.cpp), with latent attention and shared experts;
/// <c>deepseek2-ocr</c> has the usual attention.
/// </summary>
internal static class DeepSeek2
{
    /// <summary>The vocabulary of a model whose header lacks the kind of gating (GLM 4.7 Flash).</summary>
    private const int SigmoidVocabulary = 154880;

    public static void Build(ModelGraph graph) =>
        Build(graph, (inputs, x, positions, scale, layer) => LatentAttention.Build(graph, inputs, x, positions, scale, layer));

    /// <summary>deepseek2ocr.cpp.</summary>
    public static void BuildOcr(ModelGraph graph) => Build(graph, (inputs, x, positions, _, layer) =>
    {
        var (q, k, v) = graph.QueryKeyValue(x, layer);
        return graph.Attention(inputs, graph.G.Rope(q, positions), graph.G.Rope(k, positions), v, layer);
    });

    private static void Build(ModelGraph graph, Func<AttentionInputs, GraphTensor, GraphTensor, GraphTensor?, int, GraphTensor> attend)
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
            x = attend(inputs, x, positions, scale, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(SharedExpertNetwork.Build(graph, x, layer, Gating(graph)), attended);
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.HiddenStates = x;
        graph.FinishWithLogits(x);
    }

    /// <summary>The graph that drafts: a layer with latent attention and experts.</summary>
    public static void BuildPrediction(ModelGraph graph) => BuildPrediction(graph, Gating(graph));

    /// <summary>The same for families that choose experts otherwise if the header does not say how.</summary>
    public static void BuildPrediction(ModelGraph graph, ExpertGating gating)
    {
        var (g, layer) = (graph.G, graph.PredictionLayer);
        if (!graph.Shape.IsLatent)
        {
            throw new UnknownGraphException("llama.cpp drafts only with latent attention.");
        }

        var residual = PredictionGraph.Begin(graph);
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        var inputs = graph.InputAttention();
        var x = graph.RmsNorm(residual, graph.Weight(layer, "attn_norm"), layer);
        var attended = g.Add(LatentAttention.Build(graph, inputs, x, positions, null, layer), residual);
        x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
        PredictionGraph.Finish(graph, g.Add(SharedExpertNetwork.Build(graph, x, layer, gating), attended), outputIds);
    }

    private static ExpertGating Gating(ModelGraph graph) =>
        graph.Layers is 47 or 48 && graph.Shape.Vocabulary == SigmoidVocabulary ? ExpertGating.Sigmoid : ExpertGating.Softmax;
}
