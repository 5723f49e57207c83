using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Graphs.Layers;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// The DSpark drafter of DeepSeek V4 (graph_dsv4 of llama.cpp's src/models/dflash.cpp): a few of that model's layers, which attend to a window alone.
/// </summary>
internal static class DFlashDeepSeek4
{
    private static readonly ExpertOptions Options = ExpertOptions.Default with { Gating = ExpertGating.SqrtSoftplus };

    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var positions = graph.InputPositions();

        var inputs = Inputs(graph);
        var tokens = g.Input(TensorType.I32, graph.Tokens);
        var connections = new HyperConnections(graph);
        var streams = connections.Begin(g.GetRows(DFlash.Embeddings(graph), tokens));
        GraphTensor x;
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            x = connections.Take(streams, layer, "hc_attn", out var post, out var mix);
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = DeepSeek4.Attend(graph, x, positions, layer, (q, keys, _) => Attend(graph, inputs, q, keys, layer));
            streams = connections.Put(x, streams, post, mix, layer);
            x = connections.Take(streams, layer, "hc_ffn", out post, out mix);
            x = graph.RmsNorm(x, graph.Weight(layer, "ffn_norm"), layer);
            var experts = graph.Experts(x, layer, Options with { Normalizes = graph.NormalizesExperts });
            x = g.Add(experts, graph.FeedForward(x, layer, Activation.Gated, "_shexp"));
            streams = connections.Put(x, streams, post, mix, layer);
        }

        x = connections.End(streams);
        graph.Embeddings = x;
        graph.Logits = DFlash.Output(graph, graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
        graph.Expand(graph.Logits);
        DraftMarkovHead.Build(graph, tokens);
    }

    /// <summary>The window. Keys are their own values; the cache has values besides, which nothing reads.</summary>
    public static AttentionInputs Inputs(ModelGraph graph) =>
        graph.InputAttention(AttentionCacheKind.SlidingWindow) with { ValueIndices = null, ValueRotation = null };

    /// <summary>Attention to the window, without the projection.</summary>
    public static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor q, GraphTensor keys, int layer)
    {
        var x = graph.AttentionCore(inputs, q, keys, keys, layer, graph.Weight(layer, "attn_sinks"));
        return inputs.KeyRotation is { } rotation ? graph.Rotate(x, rotation) : x;
    }
}
