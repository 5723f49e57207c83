using GGUFPacker.Estimation.Graphs.Layers;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>deepseek4</c>: DeepSeek V4 (src/models/deepseek4.cpp), with residual streams, attention to compressed runs of keys, and experts that tokens
/// name.
/// </summary>
internal static class DeepSeek4
{
    private static readonly ExpertOptions Options = ExpertOptions.Default with { Gating = ExpertGating.SqrtSoftplus };

    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        var attention = new CompressedAttention(graph);
        graph.Expand(attention.Mask);
        var connections = new HyperConnections(graph);
        var streams = connections.Begin(x);
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            x = connections.Take(streams, layer, "hc_attn", out var post, out var mix);
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            var normed = x;
            x = Attend(graph, x, positions, layer, (q, keys, compressed) =>
            {
                attention.Compress(normed, layer);
                return attention.Attend(q, keys, compressed, normed, positions, layer);
            });
            streams = connections.Put(x, streams, post, mix, layer);
            x = connections.Take(streams, layer, "hc_ffn", out post, out mix);
            graph.Expand(streams);
            graph.Expand(post);
            graph.Expand(mix);
            x = graph.RmsNorm(x, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(Experts(graph, x, layer), graph.FeedForward(x, layer, Activation.Gated, "_shexp"));
            streams = connections.Put(x, streams, post, mix, layer);
            graph.KeepOnLayer(streams, layer);
        }

        x = graph.RmsNorm(connections.End(streams, outputIds), graph.Weight("output_norm.weight"), -1);
        graph.FinishWithLogits(x);
    }

    /// <summary>The graph that drafts: it begins and ends with all residual streams, and attends to a window alone.</summary>
    public static void BuildPrediction(ModelGraph graph)
    {
        var (g, shape, layer) = (graph.G, graph.Shape, graph.PredictionLayer);
        var connections = new HyperConnections(graph);
        var (length, count) = (shape.EmbeddingLength, shape.OutputEmbeddingLength / shape.EmbeddingLength);
        var tokens = g.Input(TensorType.I32, graph.Tokens);
        var states = g.Input(TensorType.F32, shape.OutputEmbeddingLength, graph.Tokens);
        var embeddings = g.GetRows(graph.FindWeight(layer, "nextn.embed_tokens") ?? graph.EmbeddingWeight, tokens);
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        var inputs = DFlashDeepSeek4.Inputs(graph);
        states = graph.RmsNorm(g.Reshape(states, length, count, graph.Tokens), graph.Weight(layer, "nextn.hnorm"), layer);
        embeddings = graph.RmsNorm(embeddings, graph.Weight(layer, "nextn.enorm"), layer);
        embeddings = g.Repeat(g.Reshape(embeddings, length, 1, graph.Tokens), length, count, graph.Tokens);
        var streams = graph.Multiply(graph.Weight(layer, "nextn.eh_proj"), g.Concat(embeddings, states, 0), graph.FindScale(layer, "nextn.eh_proj"));
        var x = connections.Take(streams, layer, "hc_attn", out var post, out var mix);
        x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
        x = Attend(graph, x, positions, layer, (q, keys, _) => DFlashDeepSeek4.Attend(graph, inputs, q, keys, layer));
        streams = connections.Put(x, streams, post, mix, layer);
        x = connections.Take(streams, layer, "hc_ffn", out post, out mix);
        x = graph.RmsNorm(x, graph.Weight(layer, "ffn_norm"), layer);
        x = g.Add(Experts(graph, x, layer), graph.FeedForward(x, layer, Activation.Gated, "_shexp"));
        streams = connections.Put(x, streams, post, mix, layer);
        var rows = g.GetRows(g.Reshape(streams, shape.OutputEmbeddingLength, graph.Tokens), outputIds);
        graph.HiddenStates = rows;
        x = graph.RmsNorm(connections.End(g.Reshape(rows, length, count, outputIds.Ne[0])), PredictionGraph.HeadNorm(graph), -1);
        graph.Embeddings = x;
        PredictionGraph.FinishWithLogits(graph, x, scales: false);
    }

    /// <summary>
    /// build_attention_impl; <paramref name="attend"/> makes of queries, keys (which are values too) and compressed queries the heads' results.
    /// </summary>
    public static GraphTensor Attend(
        ModelGraph graph, GraphTensor x, GraphTensor positions, int layer, Func<GraphTensor, GraphTensor, GraphTensor, GraphTensor> attend)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long length = shape.KeyLength(layer);
        long heads = shape.Heads[layer];
        var groups = (long)(shape.Number("attention.output_group_count") ?? 0);
        var rank = (long)(shape.Number("attention.output_lora_rank") ?? 0);
        if (groups <= 0 || heads % groups != 0)
        {
            throw new UnknownGraphException($"Layer {layer} has {heads} heads in {groups} groups.");
        }

        var compressed = graph.RmsNorm(graph.Multiply(graph.Weight(layer, "attn_q_a"), x), graph.Weight(layer, "attn_q_a_norm"), layer);
        var q = g.Reshape(graph.Multiply(graph.Weight(layer, "attn_q_b"), compressed), length, heads, graph.Tokens);
        q = g.Rope(g.RmsNorm(q), positions);
        var keys = graph.RmsNorm(graph.Multiply(graph.Weight(layer, "attn_kv"), x), graph.Weight(layer, "attn_kv_a_norm"), layer);
        keys = g.Rope(g.Reshape(keys, length, 1, graph.Tokens), positions);
        x = attend(q, keys, compressed);

        // ggml_rope_ext_back: the values, being keys, are rotated, which their sum must not be.
        x = g.Rope(g.Reshape(x, length, heads, graph.Tokens), positions);
        x = g.Permute(g.Reshape(x, heads / groups * length, groups, graph.Tokens), 0, 2, 1, 3);
        x = g.MulMat(graph.Weight(layer, "attn_output_a", new Dimensions(heads / groups * length, rank, groups)), x);
        x = g.Cont(g.Permute(x, 0, 2, 1, 3), rank * groups, graph.Tokens);
        return graph.Multiply(graph.Weight(layer, "attn_output_b"), x);
    }

    // In the first layers a table says which experts a token uses.
    private static GraphTensor Experts(ModelGraph graph, GraphTensor x, int layer)
    {
        var table = layer < (graph.Shape.Number("hash_layer_count") ?? 0) ? graph.Weight(layer, "ffn_gate_tid2eid") : null;
        var selected = table is null ? null : graph.G.GetRows(table, graph.InputTokens!);
        return graph.Experts(x, layer, Options with { Normalizes = graph.NormalizesExperts }, selected: selected);
    }
}
