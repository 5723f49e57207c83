namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>plamo2</c> (src/models/plamo2.cpp): each layer scans, with the projections interleaved by head, or attends with a norm for each head.
/// </summary>
internal static class Plamo2
{
    // max(64, n_embd / 16), which no key says.
    private const int SmallestTimeStep = 64;
    private const int TimeStepDivisor = 16;

    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var recurrent = graph.InputRecurrent();
        var attention = graph.InputAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = graph.Shape.RecurrentLayers[layer] ? Scan(graph, recurrent, x, layer) : Attend(graph, attention, x, positions, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var mixed = g.Add(graph.RmsNorm(x, graph.Weight($"blk.{layer}.post_attention_norm"), layer), residual);
            x = graph.RmsNorm(mixed, graph.Weight(layer, "ffn_norm"), layer);
            x = graph.RmsNorm(graph.FeedForward(x, layer, Activation.Halved), graph.Weight($"blk.{layer}.post_ffw_norm"), layer);
            x = g.Add(x, mixed);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int layer)
    {
        var (q, k, v) = graph.QueryKeyValue(x, layer);
        q = graph.G.Rope(graph.RmsNorm(q, graph.Weight(layer, "attn_q_norm"), layer), positions);
        k = graph.G.Rope(graph.RmsNorm(k, graph.Weight(layer, "attn_k_norm"), layer), positions);
        return graph.Attention(inputs, q, k, v, layer);
    }

    /// <summary>build_plamo2_mamba_layer.</summary>
    private static GraphTensor Scan(ModelGraph graph, RecurrentInputs inputs, GraphTensor x, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        long heads = shape.TimeStepRank;
        var headLength = shape.InnerLength / heads;
        long state = shape.StateLength;
        var before = g.Reshape(graph.TakeStates(inputs, graph.RollingStates(layer)), shape.ConvolutionKernel - 1, shape.InnerLength, sequences);
        var both = g.MulMat(graph.Weight(layer, "ssm_in"), g.Reshape(x, x.Ne[0], tokens, sequences));
        both = g.Cont(g.Permute(both, 0, 2, 1, 3), headLength * 2, heads, tokens, sequences);
        var perHead = new Dimensions(headLength, heads, tokens, sequences);
        x = g.Cont(g.View4D(both, perHead, both.Nb[1], both.Nb[2], both.Nb[3], headLength * both.Nb[0]), headLength * heads, tokens, sequences);
        var gate = g.View4D(both, perHead, both.Nb[1], both.Nb[2], both.Nb[3], 0);
        x = Convolve(graph, before, x, layer);

        var (b, c, dt) = StepsOf(graph, x, layer);
        var row = headLength * heads * x.Nb[0];
        x = g.View4D(x, perHead, headLength * x.Nb[0], row, row * tokens, 0);
        b = g.View4D(b, new Dimensions(state, 1, tokens, sequences), state * b.Nb[0], b.Nb[1], b.Nb[2], 0);
        c = g.View4D(c, new Dimensions(state, 1, tokens, sequences), state * c.Nb[0], c.Nb[1], c.Nb[2], 0);
        var a = g.Reshape(graph.Weight($"blk.{layer}.ssm_a"), 1, heads);
        var states = graph.RecurrentStates(layer);
        var scan = graph.TakeStates(
            inputs,
            states,
            (all, ids) => g.SsmScan(g.Reshape(all, state, headLength, heads, graph.Recurrent.Sequences), x, dt, a, b, c, ids, 1));
        var length = heads * headLength * state * sequences;
        graph.Expand(g.Cpy(g.View1D(scan, length, row * tokens * sequences), g.View1D(states, length, 0)));
        var y = g.View4D(scan, perHead, headLength * x.Nb[0], row, row * tokens, 0);
        y = g.Add(y, g.Mul(x, g.Reshape(graph.Weight($"blk.{layer}.ssm_d"), 1, heads)));
        y = g.GluSplit(g.Cont(gate), y);
        y = g.View3D(y, headLength * heads, tokens, sequences, y.Nb[2], y.Nb[3], 0);
        y = g.MulMat(graph.Weight(layer, "ssm_out"), y);
        return g.Reshape(y, y.Ne[0], tokens * sequences);
    }

    /// <summary>What the scan reads of each token: both projections of the state, and the steps of all heads.</summary>
    private static (GraphTensor B, GraphTensor C, GraphTensor Steps) StepsOf(ModelGraph graph, GraphTensor x, int layer)
    {
        var g = graph.G;
        long state = graph.Shape.StateLength;
        var parts = g.MulMat(graph.Weight(layer, "ssm_x"), x);
        var b = Part("ssm_b_norm", state, 0);
        var c = Part("ssm_c_norm", state, state);
        var dt = Part("ssm_dt_norm", Math.Max(SmallestTimeStep, graph.Shape.EmbeddingLength / TimeStepDivisor), 2 * state);
        return (b, c, g.Add(g.MulMat(graph.Weight(layer, "ssm_dt"), dt), graph.Weight($"blk.{layer}.ssm_dt.bias")));

        GraphTensor Part(string norm, long length, long start)
        {
            var view = g.View3D(parts, length, graph.TokensPerSequence, graph.Size.Sequences, parts.Nb[1], parts.Nb[2], start * parts.Nb[0]);
            return graph.RmsNorm(view, graph.Weight($"blk.{layer}.{norm}"), layer);
        }
    }

    private static GraphTensor Convolve(ModelGraph graph, GraphTensor before, GraphTensor x, int layer)
    {
        var g = graph.G;
        var (kept, channels, sequences) = (before.Ne[0], before.Ne[1], graph.Size.Sequences);
        var joined = g.Concat(before, g.Transpose(x), 0);
        var last = g.View3D(joined, kept, channels, sequences, joined.Nb[1], joined.Nb[2], graph.TokensPerSequence * joined.Nb[0]);
        graph.Expand(g.Cpy(last, g.View1D(graph.RollingStates(layer), kept * channels * sequences, 0)));
        return g.Unary(g.SsmConv(joined, graph.Weight(layer, "ssm_conv1d")));
    }
}
