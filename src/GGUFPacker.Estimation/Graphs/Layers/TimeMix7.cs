namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>The time mixing of RWKV 7 and of Qwen models turned into it (llama.cpp's src/models/rwkv7-base.cpp).</summary>
internal static class TimeMix7
{
    /// <summary>build_rwkv7_time_mix.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">Which states.</param>
    /// <param name="x">What goes in.</param>
    /// <param name="previous">The token before each.</param>
    /// <param name="firstValue">The first layer's values, which this sets and the other layers mix in.</param>
    /// <param name="layer">The layer.</param>
    public static GraphTensor Build(ModelGraph graph, RecurrentInputs inputs, GraphTensor x, GraphTensor previous, ref GraphTensor? firstValue, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long embedding = shape.EmbeddingLength;
        long headLength = shape.WkvHeadLength;
        var heads = embedding / headLength;
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        var hasGate = graph.FindWeight(layer, "time_mix_g1") is not null && graph.FindWeight(layer, "time_mix_g2") is not null;
        var difference = g.Repeat(g.Sub(previous, x), embedding, tokens, sequences, hasGate ? 6 : 5);
        var mixed = g.Add(g.Mul(difference, graph.Weight(layer, "time_mix_lerp_fused")), x);

        var r = graph.Multiply(graph.Weight(layer, "time_mix_receptance"), Mixture(0));
        var w = g.Add(Narrow("time_mix_w", Mixture(1), hasActivation: true), graph.Weight(layer, "time_mix_w0"));
        w = g.Unary(g.Scale(g.Unary(w)));
        var k = graph.Multiply(graph.Weight(layer, "time_mix_key"), Mixture(2));
        var forValues = Mixture(3);
        var v = graph.Multiply(graph.Weight(layer, "time_mix_value"), forValues);
        if (firstValue is null)
        {
            firstValue = v;
        }
        else
        {
            var share = g.Unary(g.Add(Narrow("time_mix_v", forValues), graph.Weight(layer, "time_mix_v0")));
            v = g.Add(v, g.Mul(g.Sub(firstValue, v), share));
        }

        var gate = hasGate ? Narrow("time_mix_g", Mixture(5), hasActivation: true) : null;
        var a = g.Unary(g.Add(Narrow("time_mix_a", Mixture(4)), graph.Weight(layer, "time_mix_a0")));
        var removed = g.L2Norm(Heads(g.Mul(k, graph.Weight(layer, "time_mix_k_k"))));
        var damped = g.Mul(k, graph.Weight(layer, "time_mix_k_a"));
        k = Heads(g.Add(k, g.Sub(g.Mul(a, damped), damped)));
        (r, w, v, a) = (Heads(r), Heads(w), Heads(v), Heads(a));
        var state = graph.TakeStates(inputs, graph.RecurrentStates(layer));
        var all = g.RwkvWkv7(r, w, k, v, g.Unary(removed), g.Mul(removed, a), state);
        var y = TokenShift.StoreStates(graph, all, layer);
        if (graph.FindWeight(layer, "time_mix_ln") is { } norm && graph.FindBias(layer, "time_mix_ln") is { } bias)
        {
            y = g.Reshape(g.Norm(Heads(y)), embedding, graph.Tokens);
            y = g.Add(g.Mul(y, norm), bias);
        }
        else
        {
            y = g.Reshape(y, embedding, graph.Tokens);
        }

        var bonus = g.SumRows(g.Mul(g.Mul(k, r), g.Reshape(graph.Weight(layer, "time_mix_r_k"), headLength, heads)));
        y = g.Add(y, g.Reshape(g.Mul(v, bonus), embedding, graph.Tokens));
        y = gate is null ? y : g.Mul(y, gate);
        return g.Reshape(graph.Multiply(graph.Weight(layer, "time_mix_output"), y), embedding, tokens, sequences);

        GraphTensor Mixture(int index) => g.View2D(mixed, embedding, graph.Tokens, mixed.Nb[1], index * embedding * graph.Tokens * mixed.Nb[0]);

        GraphTensor Heads(GraphTensor part) => g.Reshape(part, headLength, heads, graph.Tokens);

        GraphTensor Narrow(string name, GraphTensor part, bool hasActivation = false)
        {
            var narrow = g.MulMat(graph.Weight(layer, name + "1"), part);
            return g.MulMat(graph.Weight(layer, name + "2"), hasActivation ? g.Unary(narrow) : narrow);
        }
    }
}
