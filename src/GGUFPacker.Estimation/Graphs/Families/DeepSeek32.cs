using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>deepseek32</c>: DeepSeek V3.2, and <c>glm-dsa</c>: GLM 5 (src/models/deepseek32.cpp and glm-dsa.cpp), with latent attention to what an
/// indexer chooses. Some layers of the latter attend to what the last indexer before them has chosen.
/// </summary>
internal static class DeepSeek32
{
    public static void Build(ModelGraph graph) => Build(graph, _ => true, ExpertGating.None);

    /// <summary>glm-dsa.cpp.</summary>
    public static void BuildGlm(ModelGraph graph) => Build(graph, layer => graph.Shape.IndexerLayers[layer], ExpertGating.Sigmoid);

    /// <summary>The graph that drafts: its layer has no indexer, and is as DeepSeek V3's.</summary>
    public static void BuildPrediction(ModelGraph graph) => DeepSeek2.BuildPrediction(graph, ExpertGating.None);

    /// <summary>The same for GLM 5.</summary>
    public static void BuildPredictionOfGlm(ModelGraph graph) => DeepSeek2.BuildPrediction(graph, ExpertGating.Sigmoid);

    private static void Build(ModelGraph graph, Func<int, bool> hasIndexer, ExpertGating gating)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var inputs = SparseAttention.Inputs(graph);
        var outputIds = graph.InputOutputIds();
        GraphTensor? cells = null;
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            var compressed = LatentAttention.CompressQueries(graph, x, layer);
            cells = hasIndexer(layer) ? SparseAttention.ChooseCells(graph, inputs, x, compressed, positions, layer)
                : cells ?? throw new UnknownGraphException($"Layer {layer} has no indexer before it.");
            var parts = LatentAttention.Absorb(
                graph, x, g.MulMat(graph.Weight(layer, "attn_q_b"), compressed), positions, layer, shape.LatentKeyLength, shape.KeyValueRank);
            x = graph.AttentionOutput(SparseAttention.Attend(graph, inputs, parts, cells, layer), layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(SharedExpertNetwork.Build(graph, x, layer, gating), attended);
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.HiddenStates = x;
        graph.FinishWithLogits(x);
    }
}
