namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// Linear attention by a gated delta rule (llama.cpp's src/models/delta-net-base.cpp and build_layer_attn_linear of its users): a convolution over queries,
/// keys and values, then one operation that goes through the sequence.
/// </summary>
internal static class DeltaNetLayer
{
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">Which states.</param>
    /// <param name="x">What goes in.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="isFirst">Whether the layer is Qwen3-Next's, whose projections are interleaved by head and whose keys are repeated, rather than Qwen
    /// 3.5's.</param>
    /// <param name="copiesTails">Whether what the convolution stores is made contiguous first (Qwen 4).</param>
    public static GraphTensor Build(ModelGraph graph, RecurrentInputs inputs, GraphTensor x, int layer, bool isFirst, bool copiesTails = false)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        long keyLength = shape.StateLength;
        long keyHeads = shape.StateGroups;
        long valueHeads = shape.TimeStepRank;
        var valueLength = shape.InnerLength / valueHeads;
        var (mixed, z) = Project(graph, x, layer);
        var (gate, beta) = isFirst ? GatesInterleaved(graph, x, layer) : Gates(graph, x, layer);
        var convolved = JoinStates(graph, inputs, graph.RollingStates(layer), mixed, shape.ConvolutionKernel - 1L, copiesTails);
        var state = g.Reshape(graph.TakeStates(inputs, graph.RecurrentStates(layer)), valueLength, valueLength, valueHeads, sequences);
        convolved = g.Unary(g.SsmConv(convolved, graph.Weight(layer, "ssm_conv1d")));

        var row = TypeSizes.RowBytes(convolved.Type, (2 * keyLength * keyHeads) + (valueLength * valueHeads));
        var q = Part(keyLength, keyHeads, 0);
        var k = Part(keyLength, keyHeads, keyLength * keyHeads);
        var v = Part(valueLength, valueHeads, 2 * keyLength * keyHeads);
        q = g.Scale(g.RmsNorm(q));
        k = g.Scale(g.RmsNorm(k));
        if (isFirst && keyHeads != valueHeads)
        {
            q = RepeatHeads(graph, q, valueHeads / keyHeads);
            k = RepeatHeads(graph, k, valueHeads / keyHeads);
        }

        var y = Attend(graph, q, k, v, gate, beta, state, layer);
        z = g.Reshape(z, valueLength, valueHeads, tokens, sequences);
        y = g.Mul(graph.RmsNorm(y, graph.Weight(layer, "ssm_norm"), layer), g.Unary(z));
        y = g.Reshape(y, valueLength * valueHeads, tokens, sequences);
        y = graph.Multiply(graph.Weight(layer, "ssm_out"), y, graph.FindScale(layer, "ssm_out"));
        return g.Reshape(y, shape.EmbeddingLength, tokens * sequences);

        GraphTensor Part(long length, long heads, long start) => g.View4D(
            convolved,
            new Dimensions(length, heads, tokens, sequences),
            TypeSizes.RowBytes(convolved.Type, length),
            row,
            row * tokens,
            TypeSizes.RowBytes(convolved.Type, start));
    }

    /// <summary>build_qkvz.</summary>
    private static (GraphTensor Mixed, GraphTensor Z) Project(ModelGraph graph, GraphTensor x, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        if (graph.FindWeight(layer, "attn_qkv") is { } weight)
        {
            var qkv = graph.Multiply(weight, x, graph.FindScale(layer, "attn_qkv"));
            return (g.Reshape(qkv, qkv.Ne[0], tokens, sequences), graph.Multiply(graph.Weight(layer, "attn_gate"), x, graph.FindScale(layer, "attn_gate")));
        }

        // Files from before the projections were split hold all four of a head in one piece.
        long keyLength = shape.StateLength;
        long keyHeads = shape.StateGroups;
        var values = shape.InnerLength / keyHeads;
        var all = g.Reshape(g.MulMat(graph.Weight(layer, "ssm_in"), x), (2 * keyLength) + (2 * values), keyHeads, tokens, sequences);
        var query = Part(keyLength, 0);
        var key = Part(keyLength, keyLength);
        var value = Part(values, 2 * keyLength);
        var z = g.Cont(Part(values, (2 * keyLength) + values));
        var flatQuery = g.Cont(query, keyLength * keyHeads, tokens, sequences);
        var flatKey = g.Cont(key, keyLength * keyHeads, tokens, sequences);
        var flatValue = g.Cont(value, values * keyHeads, tokens, sequences);
        return (g.Concat(g.Concat(flatQuery, flatKey, 0), flatValue, 0), z);

        GraphTensor Part(long length, long start) =>
            g.View4D(all, new Dimensions(length, keyHeads, tokens, sequences), all.Nb[1], all.Nb[2], all.Nb[3], start * all.Nb[0]);
    }

    private static (GraphTensor Gate, GraphTensor Beta) Gates(ModelGraph graph, GraphTensor x, int layer)
    {
        var g = graph.G;
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        long heads = graph.Shape.TimeStepRank;
        var beta = graph.Multiply(graph.Weight(layer, "ssm_beta"), x, graph.FindScale(layer, "ssm_beta"));
        beta = g.Unary(g.Reshape(beta, 1, heads, tokens, sequences));
        var alpha = graph.Multiply(graph.Weight(layer, "ssm_alpha"), x, graph.FindScale(layer, "ssm_alpha"));
        return (Decay(graph, g.Reshape(alpha, heads, tokens, sequences), layer), beta);
    }

    private static (GraphTensor Gate, GraphTensor Beta) GatesInterleaved(ModelGraph graph, GraphTensor x, int layer)
    {
        var g = graph.G;
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        long heads = graph.Shape.TimeStepRank;
        long groups = graph.Shape.StateGroups;
        var each = heads / groups;
        var both = g.Reshape(g.MulMat(graph.Weight(layer, "ssm_ba"), x), 2 * each, groups, tokens, sequences);
        var b = g.View4D(both, new Dimensions(each, groups, tokens, sequences), both.Nb[1], both.Nb[2], both.Nb[3], 0);
        var a = g.View4D(both, new Dimensions(each, groups, tokens, sequences), both.Nb[1], both.Nb[2], both.Nb[3], each * both.Nb[0]);
        var beta = g.Unary(g.Cont(b));
        var gate = Decay(graph, g.Cont(a, heads, tokens, sequences), layer);
        return (gate, g.Reshape(beta, 1, heads, tokens, sequences));
    }

    private static GraphTensor Decay(ModelGraph graph, GraphTensor alpha, int layer)
    {
        var g = graph.G;
        var gate = g.Mul(g.Unary(g.Add(alpha, graph.Weight($"blk.{layer}.ssm_dt.bias"))), graph.Weight($"blk.{layer}.ssm_a"));
        return g.Reshape(gate, 1, graph.Shape.TimeStepRank, graph.TokensPerSequence, graph.Size.Sequences);
    }

    /// <summary>build_conv_state: joins the last tokens of the batch before with this one's, and stores the last ones, a copy for each snapshot.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">Which states.</param>
    /// <param name="states">The convolution's states.</param>
    /// <param name="x">What is convolved: channels of each token of each sequence.</param>
    /// <param name="kept">Tokens that a state has.</param>
    /// <param name="copiesTails">Whether what is stored is made contiguous first.</param>
    public static GraphTensor JoinStates(ModelGraph graph, RecurrentInputs inputs, GraphTensor states, GraphTensor x, long kept, bool copiesTails)
    {
        var g = graph.G;
        var sequences = graph.Size.Sequences;
        var channels = x.Ne[0];
        var before = g.Reshape(graph.TakeStates(inputs, states), kept, channels, sequences);
        var joined = g.Concat(before, g.Transpose(x), 0);
        var rowBytes = TypeSizes.RowBytes(states.Type, kept * channels);
        var snapshots = graph.Context.RecurrentSnapshots + 1L;
        for (var t = 1L; t <= snapshots; t++)
        {
            var start = Math.Max(0, joined.Ne[0] - kept - snapshots + t);
            var last = g.View3D(joined, kept, channels, sequences, joined.Nb[1], joined.Nb[2], TypeSizes.RowBytes(joined.Type, start));
            var slot = g.View2D(states, kept * channels, sequences, states.Nb[1], (snapshots - t) * graph.Recurrent.Sequences * rowBytes);
            graph.Expand(g.Cpy(copiesTails ? g.Cont(last) : last, slot));
        }

        return joined;
    }

    private static GraphTensor RepeatHeads(ModelGraph graph, GraphTensor x, long times)
    {
        var g = graph.G;
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        var (length, heads) = (x.Ne[0], x.Ne[1]);
        var repeated = g.Repeat(g.Reshape(x, length, 1, heads, tokens * sequences), length, times, heads, tokens * sequences);
        return g.Reshape(repeated, length, heads * times, tokens, sequences);
    }

    /// <summary>build_recurrent_attn: the results, and the states after the batch, which are stored.</summary>
    public static GraphTensor Attend(
        ModelGraph graph,
        GraphTensor q,
        GraphTensor k,
        GraphTensor v,
        GraphTensor gate,
        GraphTensor beta,
        GraphTensor state,
        int layer)
    {
        var g = graph.G;
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        var (length, heads) = (state.Ne[0], state.Ne[2]);
        var snapshots = graph.Context.RecurrentSnapshots + 1L;
        var all = g.GatedDeltaNet(q, k, v, gate, beta, state, snapshots);
        var (head, token) = (TypeSizes.RowBytes(all.Type, length), TypeSizes.RowBytes(all.Type, length * heads));
        var output = g.View4D(all, new Dimensions(length, heads, tokens, sequences), head, token, token * tokens, 0);
        var states = graph.RecurrentStates(layer);
        var results = token * tokens * sequences;
        if (snapshots == 1)
        {
            var after = g.View4D(all, new Dimensions(length, length, heads, sequences), head, head * length, head * length * heads, results);
            graph.Expand(g.Cpy(after, g.View2D(states, states.Ne[0], sequences, states.Nb[1], 0)));
            return output;
        }

        var columns = length * length * heads;
        var (row, written) = (TypeSizes.RowBytes(all.Type, columns), Math.Min(tokens, snapshots));
        var from = g.View3D(all, columns, sequences, written, row, row * sequences, results);
        var to = g.View3D(states, columns, sequences, written, states.Nb[1], graph.Recurrent.Sequences * TypeSizes.RowBytes(states.Type, states.Ne[0]), 0);
        graph.Expand(g.Cpy(from, to));
        return output;
    }
}
