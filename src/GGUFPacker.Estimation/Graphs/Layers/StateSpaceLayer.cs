namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// The layers of Mamba and Mamba 2 (llama.cpp's src/models/mamba-base.cpp): a convolution over the last tokens, then a scan over the sequence.
/// </summary>
internal static class StateSpaceLayer
{
    /// <summary>build_mamba_layer.</summary>
    public static GraphTensor BuildFirst(ModelGraph graph, RecurrentInputs inputs, GraphTensor x, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        long inner = shape.InnerLength;
        long state = shape.StateLength;
        var convolution = TakeConvolution(graph, inputs, layer, inner);
        x = g.Reshape(x, x.Ne[0], tokens, sequences);
        var both = graph.Multiply(graph.Weight(layer, "ssm_in"), x, graph.FindScale(layer, "ssm_in"));
        x = g.View3D(both, inner, both.Ne[1], both.Ne[2], both.Nb[1], both.Nb[2], 0);
        var gate = g.View3D(both, inner, both.Ne[1], both.Ne[2], both.Nb[1], both.Nb[2], inner * both.Nb[0]);
        x = Convolve(graph, convolution, x, layer, snapshots: 1);

        var parts = g.MulMat(graph.Weight(layer, "ssm_x"), x);
        long rank = shape.TimeStepRank;
        var dt = g.View3D(parts, rank, tokens, sequences, parts.Nb[1], parts.Nb[2], 0);
        var b = g.View4D(parts, new Dimensions(state, 1, tokens, sequences), state * parts.Nb[0], parts.Nb[1], parts.Nb[2], parts.Nb[0] * rank);
        var c = g.View4D(parts, new Dimensions(state, 1, tokens, sequences), state * parts.Nb[0], parts.Nb[1], parts.Nb[2], parts.Nb[0] * (rank + state));
        var norm = graph.FindWeight(layer, "ssm_dt_norm");
        if (norm is not null || shape.Number("ssm.dt_b_c_rms") is not null and not 0)
        {
            dt = graph.RmsNorm(dt, norm, layer);
            b = graph.RmsNorm(b, graph.FindWeight(layer, "ssm_b_norm"), layer);
            c = graph.RmsNorm(c, graph.FindWeight(layer, "ssm_c_norm"), layer);
        }
        else
        {
            dt = g.Cont(dt);
        }

        dt = g.Add(g.MulMat(graph.Weight(layer, "ssm_dt"), dt), graph.Weight($"blk.{layer}.ssm_dt.bias"));
        var heads = g.Reshape(x, 1, inner, tokens, sequences);
        var states = graph.RecurrentStates(layer);
        var a = graph.Weight($"blk.{layer}.ssm_a");
        var scan = graph.TakeStates(
            inputs,
            states,
            (all, ids) => g.SsmScan(g.Reshape(all, state, 1, inner, graph.Recurrent.Sequences), heads, dt, a, b, c, ids, 1));
        graph.Expand(g.Cpy(g.View1D(scan, state * inner * sequences, heads.Nb[3] * heads.Ne[3]), g.View1D(states, state * inner * sequences, 0)));
        var y = g.View3D(scan, inner, tokens, sequences, heads.Nb[2], heads.Nb[3], 0);
        y = g.Add(y, g.Mul(x, graph.Weight($"blk.{layer}.ssm_d")));
        y = g.GluSplit(g.Cont(gate), y);
        y = graph.Multiply(graph.Weight(layer, "ssm_out"), y, graph.FindScale(layer, "ssm_out"));
        return g.Reshape(y, y.Ne[0], tokens * sequences);
    }

    /// <summary>build_mamba2_layer.</summary>
    public static GraphTensor BuildSecond(ModelGraph graph, RecurrentInputs inputs, GraphTensor x, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        long inner = shape.InnerLength;
        long state = shape.StateLength;
        long heads = shape.TimeStepRank;
        long groups = shape.StateGroups;
        var headLength = inner / heads;
        var channels = inner + (2 * groups * state);
        var snapshots = graph.Context.RecurrentSnapshots + 1L;
        var convolution = TakeConvolution(graph, inputs, layer, channels);
        var all = graph.Multiply(graph.Weight(layer, "ssm_in"), x, graph.FindScale(layer, "ssm_in"));
        all = g.Reshape(all, all.Ne[0], tokens, sequences);
        var element = all.Nb[0];
        var gate = g.View4D(all, new Dimensions(headLength, heads, tokens, sequences), headLength * element, all.Nb[1], all.Nb[2], 0);
        var mixed = g.View3D(all, channels, tokens, sequences, all.Nb[1], all.Nb[2], inner * element);
        var dt = g.View3D(all, heads, tokens, sequences, all.Nb[1], all.Nb[2], ((2 * inner) + (2 * groups * state)) * element);
        mixed = Convolve(graph, convolution, mixed, layer, snapshots);

        var values = g.View4D(mixed, new Dimensions(headLength, heads, tokens, sequences), headLength * mixed.Nb[0], mixed.Nb[1], mixed.Nb[2], 0);
        var b = g.View4D(mixed, new Dimensions(state, groups, tokens, sequences), state * mixed.Nb[0], mixed.Nb[1], mixed.Nb[2], inner * mixed.Nb[0]);
        var c = g.View4D(
            mixed,
            new Dimensions(state, groups, tokens, sequences),
            state * mixed.Nb[0],
            mixed.Nb[1],
            mixed.Nb[2],
            (inner + (groups * state)) * mixed.Nb[0]);
        dt = g.Add(g.Cont(dt), graph.Weight($"blk.{layer}.ssm_dt.bias"));
        var a = graph.Weight($"blk.{layer}.ssm_a");
        var states = graph.RecurrentStates(layer);
        var scan = graph.TakeStates(
            inputs,
            states,
            (rows, ids) => g.SsmScan(g.Reshape(rows, state, headLength, heads, states.Ne[1]), values, dt, a, b, c, ids, snapshots));
        StoreStates(graph, scan, states, values.ElementCount * values.Nb[0], state * inner, Math.Min(tokens, snapshots));
        var y = g.View4D(scan, values.Ne, values.Nb[1], heads * values.Nb[1], tokens * heads * values.Nb[1], 0);
        y = g.Add(y, g.Mul(values, graph.Weight($"blk.{layer}.ssm_d")));
        y = g.GluSplit(g.Cont(gate), y);
        if (graph.FindWeight(layer, "ssm_norm") is { } norm)
        {
            y = graph.RmsNorm(g.Reshape(y, inner / groups, groups, tokens, sequences), norm, layer);
        }

        return graph.Multiply(graph.Weight(layer, "ssm_out"), g.Reshape(y, inner, tokens * sequences), graph.FindScale(layer, "ssm_out"));
    }

    private static void StoreStates(ModelGraph graph, GraphTensor scan, GraphTensor states, long offset, long columns, long written)
    {
        var g = graph.G;
        var sequences = graph.Size.Sequences;
        var row = TypeSizes.RowBytes(scan.Type, columns);
        var from = g.View3D(scan, columns, sequences, written, row, row * sequences, offset);
        var to = g.View3D(states, columns, sequences, written, states.Nb[1], graph.Recurrent.Sequences * TypeSizes.RowBytes(states.Type, columns), 0);
        graph.Expand(g.Cpy(from, to));
    }

    private static GraphTensor TakeConvolution(ModelGraph graph, RecurrentInputs inputs, int layer, long channels) =>
        graph.G.Reshape(graph.TakeStates(inputs, graph.RollingStates(layer)), graph.Shape.ConvolutionKernel - 1, channels, graph.Size.Sequences);

    /// <summary>Joins the last tokens of the batch before with this one's, stores the last ones, and convolves.</summary>
    private static GraphTensor Convolve(ModelGraph graph, GraphTensor before, GraphTensor x, int layer, long snapshots)
    {
        var g = graph.G;
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        var (kept, channels) = (before.Ne[0], before.Ne[1]);
        var joined = g.Concat(before, g.Transpose(x), 0);
        var states = graph.RollingStates(layer);
        for (var slot = 0L; slot < Math.Min(tokens, snapshots); slot++)
        {
            var last = g.View3D(joined, kept, channels, sequences, joined.Nb[1], joined.Nb[2], (tokens - slot) * joined.Nb[0]);
            var offset = slot * graph.Recurrent.Sequences * TypeSizes.RowBytes(states.Type, kept * channels);
            graph.Expand(g.Cpy(last, g.View2D(states, kept * channels, sequences, states.Nb[1], offset)));
        }

        x = g.SsmConv(joined, graph.Weight(layer, "ssm_conv1d"));
        return g.Unary(g.Add(x, graph.Weight($"blk.{layer}.ssm_conv1d.bias")));
    }
}
