using GGUFPacker.Estimation.Graphs.Layers;
using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>granite</c>, <c>granitemoe</c>, <c>granitehybrid</c>, <c>granite_swa</c> and <c>minicpm</c> (src/models/granite.cpp, granite-hybrid.cpp,
/// granite-swa.cpp): results are scaled before they are added.
/// </summary>
internal static class Granite
{
    // What MiniCPM's embeddings and results are scaled with unless the header says it; which numbers matters to nothing here.
    private const double MiniCpmScale = 12;

    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var isHybrid = shape.Architecture == "granitehybrid";
        var images = DeepStack(shape);
        var x = graph.InputEmbeddings(shape.Architecture == "minicpm" ? MiniCpmScale : 0);
        var recurrent = isHybrid ? graph.InputRecurrent() : null;
        var (full, window) = graph.InputAttentionOfLayers();
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            if (layer > 0 && images[layer] >= 0 && graph.InputEmbedding is { } input)
            {
                x = g.Add(x, g.View2D(input, shape.EmbeddingLength, graph.Tokens, input.Nb[1], (long)images[layer] * shape.EmbeddingLength * sizeof(float)));
            }

            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = recurrent is not null && shape.RecurrentLayers[layer]
                ? StateSpaceLayer.BuildSecond(graph, recurrent, x, layer)
                : Attend(graph, shape.SlidingWindowLayers[layer] ? window ?? full : full, x, Rotates(shape, layer) ? positions : null, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(ScaleResult(graph, x), residual);
            x = FeedForward(graph, graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer), layer);
            x = g.Add(ScaleResult(graph, x), attended);
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.FinishWithLogits(x, scalesLogits: !isHybrid || shape.Number("logit_scale") is not (null or 0));
    }

    // The part of the input that is added before each layer; -1 for none.
    private static int[] DeepStack(ModelShape shape)
    {
        var result = new int[shape.Layers];
        Array.Fill(result, -1);
        if (shape.InputEmbeddingLength != shape.EmbeddingLength
            && shape.Header.Metadata[$"{shape.Architecture}.deepstack_mapping"] is { } mapping
            && mapping.TryGetArray<int>(out var parts))
        {
            parts[..Math.Min(parts.Length, result.Length)].CopyTo(result);
        }

        return result;
    }

    // The key that elsewhere says how a model was trained switches the rotation of all layers here; of windowed models a list says which rotate.
    private static bool Rotates(ModelShape shape, int layer) => shape.Architecture switch
    {
        "granitemoe" or "minicpm" => true,
        "granite_swa" => shape.RotatingLayers[layer],
        _ => shape.Number("rope.scaling.finetuned") is not 0,
    };

    private static GraphTensor ScaleResult(ModelGraph graph, GraphTensor x) =>
        (graph.Shape.Number("residual_scale") ?? (graph.Shape.Architecture == "minicpm" ? MiniCpmScale : 0)) == 0 ? x : graph.G.Scale(x);

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

        return graph.Attention(inputs, q, k, v, layer, graph.FindWeight(layer, "attn_sinks"));
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        if (!graph.HasExperts(layer))
        {
            return graph.FeedForward(x, layer, Activation.Gated);
        }

        if (graph.Shape.Architecture != "granite_swa")
        {
            return graph.ExpertsAndShared(x, layer, ExpertOptions.Default);
        }

        // The gate of the shared expert is half of its matrix.
        var experts = graph.Experts(x, layer, ExpertOptions.Default);
        return graph.FindWeight(layer, "ffn_up_shexp") is null ? experts : graph.G.Add(experts, graph.FeedForward(x, layer, Activation.Halved, "_shexp"));
    }
}
