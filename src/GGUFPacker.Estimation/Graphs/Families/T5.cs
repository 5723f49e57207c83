using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>t5</c> and <c>t5encoder</c> (src/models/t5.cpp). Memory is reserved for the decoder, whose input from the encoder is as long as the trained
/// context; the encoder's graph is made when it runs.
/// </summary>
internal static class T5
{
    public static void Build(ModelGraph graph)
    {
        if (graph.Context.Streams > 1)
        {
            throw new EstimateException("llama.cpp's T5 adds its bias to one stream of cells: several sequences need the unified cache.");
        }

        var (g, shape) = (graph.G, graph.Shape);
        long encoded = shape.TrainedContext;
        var x = graph.InputEmbeddings();
        var encoder = g.Input(TensorType.F32, shape.InputEmbeddingLength, encoded);
        var buckets = g.Input(TensorType.I32, graph.Context.ContextPerSequence, graph.Tokens);
        var self = graph.InputAttention();
        var mask = g.Input(graph.Context.FlashAttention ? TensorType.F16 : TensorType.F32, encoded, graph.Tokens);
        var cross = new AttentionInputs(null, null, null, mask, null, null) { KeysFirst = true };
        var outputIds = graph.InputOutputIds();
        var layers = DecoderLayers(graph);
        for (var layer = 0; layer < layers; layer++)
        {
            var block = $"dec.blk.{layer}.";
            var normed = graph.RmsNorm(x, graph.Weight(block + "attn_norm.weight"), layer);
            var attended = Attend(graph, self, normed, normed, block + "attn_", Bias(graph, buckets, "dec", layer), layer);
            x = g.Add(attended, x);
            normed = graph.RmsNorm(x, graph.Weight(block + "cross_attn_norm.weight"), layer);
            attended = Attend(graph, cross, normed, encoder, block + "cross_attn_", null, layer);
            x = Finish(graph, attended, x, block, layer == layers - 1 ? outputIds : null, layer);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("dec.output_norm.weight"), -1));
    }

    public static void BuildEncoder(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var buckets = g.Input(TensorType.I32, graph.Tokens, graph.Tokens);
        var inputs = graph.InputAttentionWithoutCache();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var block = $"enc.blk.{layer}.";
            var normed = graph.RmsNorm(x, graph.Weight(block + "attn_norm.weight"), layer);
            var attended = Attend(graph, inputs, normed, normed, block + "attn_", Bias(graph, buckets, "enc", layer), layer);
            x = Finish(graph, attended, x, block, layer == graph.Layers - 1 ? outputIds : null, layer);
        }

        x = graph.RmsNorm(x, graph.Weight("enc.output_norm.weight"), -1);
        graph.Embeddings = x;
        graph.Expand(x);
    }

    private static int DecoderLayers(ModelGraph graph) => graph.Shape.Number("decoder_block_count") switch
    {
        null => graph.Layers,
        >= 1 and var count when count <= graph.Layers => (int)count,
        var count => throw new EstimateException(
            $"The decoder has {count} layers, the encoder {graph.Layers}: llama.cpp loads a T5 whose decoder has no more."),
    };

    /// <summary>The attention of x over what <paramref name="attended"/> has, which is another sequence in cross attention.</summary>
    private static GraphTensor Attend(
        ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor attended, string prefix, GraphTensor? bias, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var (length, keyHeads) = (shape.KeyLength(layer), shape.KeyValueHeads[layer]);
        var q = g.Reshape(graph.Multiply(graph.Weight(prefix + "q.weight"), x), length, shape.Heads[layer], x.Ne[1]);
        var k = g.Reshape(graph.Multiply(graph.Weight(prefix + "k.weight"), attended), length, keyHeads, attended.Ne[1]);
        var v = g.Reshape(graph.Multiply(graph.Weight(prefix + "v.weight"), attended), length, keyHeads, attended.Ne[1]);
        return graph.Multiply(graph.Weight(prefix + "o.weight"), graph.AttentionCore(inputs, q, k, v, layer, bias: bias));
    }

    /// <summary>build_pos_bias: what is added to the scores by distance; layers without a table use the first one's.</summary>
    private static GraphTensor Bias(ModelGraph graph, GraphTensor buckets, string part, int layer)
    {
        var g = graph.G;
        var table = graph.FindWeight($"{part}.blk.{layer}.attn_rel_b.weight") ?? graph.Weight($"{part}.blk.0.attn_rel_b.weight");
        var bias = g.GetRows(table, g.Reshape(buckets, buckets.ElementCount));
        bias = g.Reshape(bias, bias.Ne[0], buckets.Ne[0], buckets.Ne[1]);
        return g.Cont(g.Permute(bias, 2, 0, 1, 3));
    }

    private static GraphTensor Finish(ModelGraph graph, GraphTensor x, GraphTensor residual, string block, GraphTensor? outputIds, int layer)
    {
        var g = graph.G;
        x = outputIds is null ? x : g.GetRows(x, outputIds);
        residual = outputIds is null ? residual : g.GetRows(residual, outputIds);
        var attended = g.Add(x, residual);
        x = graph.RmsNorm(attended, graph.Weight(block + "ffn_norm.weight"), layer);
        var up = graph.Multiply(graph.Weight(block + "ffn_up.weight"), x);

        // The first T5 has no gate, later ones do.
        x = graph.FindWeight(block + "ffn_gate.weight") is { } gate ? g.GluSplit(graph.Multiply(gate, x), up) : g.Unary(up);
        return g.Add(graph.Multiply(graph.Weight(block + "ffn_down.weight"), x), attended);
    }
}
