namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// Kimi's delta attention (llama.cpp's src/models/kimi-linear.cpp, kimi-k3.cpp and bailingmoe3.cpp): a convolution over each of queries, keys and values, a
/// delta rule in which each channel decays by a gate of its own, and a gate on the result.
/// </summary>
internal sealed class KimiDeltaLayer(ModelGraph graph, RecurrentInputs inputs)
{
    private readonly GraphBuilder _g = graph.G;
    private readonly long _tokens = graph.TokensPerSequence;
    private readonly long _sequences = graph.Size.Sequences;
    private readonly long _length = graph.Shape.DeltaHeadLength;
    private readonly long _heads = graph.Shape.Heads[0];
    private readonly long _kept = graph.Shape.ConvolutionKernel - 1L;

    /// <summary>Whether a convolution stores its state for each snapshot, even for those that are older than the batch.</summary>
    public bool StoresAllSnapshots { get; init; }

    private long Columns => _length * _heads;

    public GraphTensor Build(GraphTensor x, int layer)
    {
        var states = graph.RollingStates(layer);
        var before = graph.TakeStates(inputs, states);
        var (queries, keys, values) = Project(x, layer);
        var q = Convolve(states, before, queries, "q", 0, layer);
        var k = Convolve(states, before, keys, "k", 1, layer);
        var v = Convolve(states, before, values, "v", 2, layer);
        var decay = Decay(x, layer);
        var beta = _g.Unary(_g.Reshape(_g.MulMat(graph.Weight(layer, "ssm_beta"), x), 1, _heads, _tokens, _sequences));
        var state = _g.Reshape(graph.TakeStates(inputs, graph.RecurrentStates(layer)), _length, _length, _heads, _sequences);
        q = _g.Scale(_g.RmsNorm(q));
        k = _g.Scale(_g.RmsNorm(k));
        var y = _g.Cont(DeltaNetLayer.Attend(graph, q, k, v, decay, beta, state, layer));
        y = graph.RmsNorm(_g.Reshape(y, _length, _heads, graph.Tokens), graph.Weight(layer, "ssm_norm"), layer);
        y = _g.Mul(y, _g.Unary(_g.Reshape(OutputGate(x, layer), _length, _heads, graph.Tokens)));
        return _g.MulMat(graph.Weight(layer, "attn_output"), _g.Cont(y, Columns, graph.Tokens));
    }

    private (GraphTensor Queries, GraphTensor Keys, GraphTensor Values) Project(GraphTensor x, int layer)
    {
        if (graph.FindWeight(layer, "attn_qkv") is not { } fused)
        {
            return (_g.MulMat(graph.Weight(layer, "attn_q"), x), _g.MulMat(graph.Weight(layer, "attn_k"), x), _g.MulMat(graph.Weight(layer, "attn_v"), x));
        }

        var all = _g.MulMat(fused, x);
        return (Part(0), Part(1), Part(2));

        GraphTensor Part(long place) => _g.Cont(_g.View2D(all, Columns, graph.Tokens, all.Nb[1], place * Columns * all.Nb[0]));
    }

    /// <summary>causal_conv1d: joins the last tokens of the batch before with this one's, stores the last of these, and convolves.</summary>
    private GraphTensor Convolve(GraphTensor states, GraphTensor before, GraphTensor x, string name, int place, int layer)
    {
        var (channel, start) = (_kept * sizeof(float), place * _kept * Columns * sizeof(float));
        var sequence = 3 * _kept * Columns * sizeof(float);
        var past = _g.View3D(before, _kept, Columns, _sequences, channel, sequence, start);
        var joined = _g.Concat(past, _g.Transpose(_g.Reshape(x, Columns, _tokens, _sequences)), 0);
        var snapshots = graph.Context.RecurrentSnapshots + 1L;
        for (var slot = 0L; slot < (StoresAllSnapshots ? snapshots : Math.Min(snapshots, _tokens)); slot++)
        {
            var last = _g.View3D(joined, _kept, Columns, _sequences, joined.Nb[1], joined.Nb[2], Math.Max(0, _tokens - slot) * joined.Nb[0]);
            graph.Expand(_g.Cpy(last, _g.View3D(states, _kept, Columns, _sequences, channel, sequence, (slot * graph.Recurrent.Sequences * sequence) + start)));
        }

        var kernel = _g.Reshape(graph.Weight(layer, "ssm_conv1d_" + name), _kept + 1, Columns);
        var y = _g.Unary(_g.Reshape(_g.SsmConv(joined, kernel), Columns, graph.Tokens));
        return _g.Reshape(y, _length, _heads, _tokens, _sequences);
    }

    // By one matrix, or by two that meet in the length of a head.
    private GraphTensor Decay(GraphTensor x, int layer)
    {
        var gate = _g.MulMat(graph.Weight(layer, "ssm_f_a"), x);
        gate = graph.FindWeight(layer, "ssm_f_b") is { } second ? _g.MulMat(second, gate) : gate;
        gate = _g.Add(gate, graph.Weight($"blk.{layer}.ssm_dt.bias"));

        // A softplus comes before the factor, a sigmoid after it: both work in place.
        var factor = _g.Reshape(graph.Weight($"blk.{layer}.ssm_a"), 1, _heads);
        gate = _g.Unary(_g.Mul(_g.Reshape(gate, _length, _heads, graph.Tokens), factor));
        return _g.Reshape(gate, _length, _heads, _tokens, _sequences);
    }

    private GraphTensor OutputGate(GraphTensor x, int layer)
    {
        var gate = _g.MulMat(graph.FindWeight(layer, "ssm_g") ?? graph.Weight(layer, "ssm_g_a"), x);
        return graph.FindWeight(layer, "ssm_g_b") is { } second ? _g.MulMat(second, gate) : gate;
    }
}
