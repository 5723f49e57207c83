namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>ernie4_5</c> and <c>ernie4_5-moe</c> (src/models/ernie4-5.cpp, ernie4-5-moe.cpp).</summary>
internal static class Ernie45
{
    private static readonly StandardDecoder Dense = new() { Unused = UnusedTensors.AttentionOutputBias };

    private static readonly StandardDecoder Experts = Dense with { FeedForward = FeedForward };

    public static void Build(ModelGraph graph) => Dense.Build(graph);

    public static void BuildExperts(ModelGraph graph) => Experts.Build(graph);

    // Behind the dense layers all have experts, but only every n-th uses them; files of models have n = 1.
    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        var shape = graph.Shape;
        var step = shape.Number("interleave_moe_layer_step") is >= 1 and <= int.MaxValue and var count
            ? (int)count
            : throw new UnknownGraphException("The model's layers of experts are unknown.");
        return layer >= shape.DenseLeadLayers && (layer + 1) % step == 0
            ? graph.ExpertsAndShared(x, layer, ExpertOptions.Default)
            : DenseDecoders.ActivatedAtLeast(graph, x, layer);
    }
}
