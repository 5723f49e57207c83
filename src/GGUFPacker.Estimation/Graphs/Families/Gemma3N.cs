using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>gemma3n</c> (src/models/gemma3n.cpp): four hidden states of which one takes part in each layer while the others are predicted (AltUp), a
/// low-rank branch beside attention (LAuReL), embeddings for each layer, and last layers that read the caches of earlier ones.
/// </summary>
internal static class Gemma3N
{
    /// <summary>n_altup; the first of the states is the active one.</summary>
    private const int States = 4;

    /// <summary>n_layer_sparsity: the first layers, whose gates keep the largest elements alone.</summary>
    private const int SparseLayers = 10;

    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = g.Scale(graph.InputEmbeddings());
        var positions = graph.InputPositions();
        var (full, window) = graph.InputWindowedAttention();
        var perLayer = LayerEmbeddings.Build(graph, x)
            ?? throw new UnknownGraphException("A model of architecture gemma3n has no per_layer_token_embd.weight.");
        var others = g.MulMat(graph.Weight("altup_proj.weight"), g.Repeat(x, x.Ne[0], x.Ne[1], States - 1));
        x = g.Concat(x, WithMagnitudeOf(graph, others, x), 2);
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var predictions = Predict(graph, x, layer);
            var active = Slice(graph, predictions, 0);
            x = graph.RmsNorm(active, graph.Weight(layer, "attn_norm"), layer);
            var lowRank = LowRank(graph, x, layer);
            x = Attend(graph, graph.Shape.SlidingWindowLayers[layer] ? window : full, x, positions, layer);
            x = graph.RmsNorm(x, graph.Weight(layer, "post_attention_norm"), layer);
            var attended = g.Scale(g.Add(g.Add(x, active), lowRank));
            x = FeedForward(graph, graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer), layer);
            x = graph.RmsNorm(x, graph.Weight(layer, "post_ffw_norm"), -1);
            var corrected = Correct(graph, predictions, g.Add(x, attended), layer);
            var first = g.Mul(Slice(graph, corrected, 0), graph.Weight(layer, "altup_correct_scale"));
            first = LayerEmbeddings.Mix(graph, perLayer, first, layer);
            x = g.Concat(Slice(graph, corrected, 0), g.Add(Others(graph, corrected), first), 2);
        }

        x = g.GetRows(Merge(graph, x), graph.InputOutputIds());
        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1), capsLogits: true);
    }

    /// <summary>gemma3n_view_2d_slice.</summary>
    private static GraphTensor Slice(ModelGraph graph, GraphTensor x, int index) =>
        graph.G.View2D(x, x.Ne[0], x.Ne[1], TypeSizes.RowBytes(x.Type, x.Ne[0]), index * TypeSizes.RowBytes(x.Type, x.Ne[0] * x.Ne[1]));

    private static GraphTensor Others(ModelGraph graph, GraphTensor x)
    {
        var (row, slice) = (TypeSizes.RowBytes(x.Type, x.Ne[0]), TypeSizes.RowBytes(x.Type, x.Ne[0] * x.Ne[1]));
        return graph.G.View3D(x, x.Ne[0], x.Ne[1], States - 1, row, slice, slice);
    }

    private static GraphTensor WithMagnitudeOf(ModelGraph graph, GraphTensor x, GraphTensor target)
    {
        var g = graph.G;
        return g.Div(g.Mul(x, Magnitude(target)), Magnitude(x));

        GraphTensor Magnitude(GraphTensor y) => g.Sqrt(g.SumRows(g.Sqr(y)));
    }

    /// <summary>laurel.</summary>
    private static GraphTensor LowRank(ModelGraph graph, GraphTensor x, int layer)
    {
        var y = graph.Multiply(graph.Weight(layer, "laurel_r"), graph.Multiply(graph.Weight(layer, "laurel_l"), x));
        return graph.G.Add(graph.RmsNorm(y, graph.Weight(layer, "laurel_post_norm"), layer), x);
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        if (shape.HasCache(layer))
        {
            var (q, k, v) = graph.QueryKeyValue(x, layer);
            q = graph.RmsNorm(q, graph.Weight(layer, "attn_q_norm"), layer);
            k = graph.RmsNorm(k, graph.Weight(layer, "attn_k_norm"), layer);
            return graph.Attention(inputs, g.Rope(q, positions), g.Rope(k, positions), g.RmsNorm(v), layer);
        }

        var (length, heads) = ((long)shape.KeyLength(layer), (long)shape.Heads[layer]);
        var queries = graph.FindWeight(layer, "attn_qkv") is { } fused
            ? g.Cont(FirstColumns(graph.Multiply(fused, x)))
            : graph.Multiply(graph.Weight(layer, "attn_q"), x);
        queries = graph.RmsNorm(g.Reshape(queries, length, heads, graph.Tokens), graph.Weight(layer, "attn_q_norm"), layer);
        return graph.AttentionOutput(graph.AttentionCore(inputs, g.Rope(queries, positions), null, null, layer), layer);

        GraphTensor FirstColumns(GraphTensor all) => g.View2D(all, length * heads, graph.Tokens, all.Nb[1], 0);
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        var g = graph.G;
        var up = graph.Multiply(graph.Weight(layer, "ffn_up"), x);
        var gate = graph.Multiply(graph.Weight(layer, "ffn_gate"), x);
        gate = layer < SparseLayers ? KeepLargest(graph, gate) : gate;
        return graph.Multiply(graph.Weight(layer, "ffn_down"), g.Mul(up, g.Unary(gate)));
    }

    /// <summary>gaussian_topk: what is beyond a multiple of the standard deviation.</summary>
    private static GraphTensor KeepLargest(ModelGraph graph, GraphTensor x)
    {
        var g = graph.G;
        var mean = g.Mean(x);
        var deviation = g.Sqrt(g.Scale(g.SumRows(g.Sqr(g.Sub(x, mean)))));
        return g.Unary(g.Sub(x, g.Add(mean, g.Scale(deviation))));
    }

    /// <summary>altup_predict.</summary>
    private static GraphTensor Predict(ModelGraph graph, GraphTensor x, int layer)
    {
        var g = graph.G;
        var coefficients = graph.Multiply(graph.Weight(layer, "altup_predict_coef"), Modalities(graph, Slice(graph, x, 0), layer));
        coefficients = g.Reshape(coefficients, States, States, graph.Tokens);
        var predictions = g.MulMat(g.Cont(g.Permute(x, 1, 2, 0, 3)), coefficients);
        return g.Add(g.Cont(g.Permute(predictions, 0, 2, 1, 3)), x);
    }

    /// <summary>altup_correct.</summary>
    private static GraphTensor Correct(ModelGraph graph, GraphTensor predictions, GraphTensor activated, int layer)
    {
        var g = graph.G;
        var modalities = Modalities(graph, activated, layer);
        var innovation = g.Sub(activated, Slice(graph, predictions, 0));
        var coefficients = g.Scale(graph.Multiply(graph.Weight(layer, "altup_correct_coef"), modalities));
        coefficients = g.Cont(g.Transpose(coefficients), 1, graph.Tokens, States);
        innovation = g.Repeat(innovation, innovation.Ne[0], graph.Tokens, States);
        return g.Add(g.Mul(innovation, coefficients), predictions);
    }

    /// <summary>altup_compute_router_modalities.</summary>
    private static GraphTensor Modalities(ModelGraph graph, GraphTensor x, int layer)
    {
        var g = graph.G;
        x = g.Scale(graph.RmsNorm(x, graph.Weight(layer, "altup_router_norm"), layer));
        return g.Unary(g.MulMat(graph.Weight(layer, "altup_router"), x));
    }

    /// <summary>The mean of the states.</summary>
    private static GraphTensor Merge(ModelGraph graph, GraphTensor x)
    {
        var g = graph.G;
        var others = g.MulMat(graph.Weight("altup_unembd_proj.weight"), Others(graph, x));
        others = WithMagnitudeOf(graph, others, Slice(graph, x, 0));
        x = Slice(graph, x, 0);
        for (var state = 0; state < States - 1; state++)
        {
            x = g.Add(x, Slice(graph, others, state));
        }

        return g.Scale(x);
    }
}
