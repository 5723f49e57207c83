namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>The time mixing of RWKV 6 and of Qwen models turned into it (llama.cpp's src/models/rwkv6-base.cpp).</summary>
internal static class TimeMix6
{
    private const int Mixtures = 5;

    /// <summary>build_rwkv6_time_mix.</summary>
    public static GraphTensor Build(ModelGraph graph, RecurrentInputs inputs, GraphTensor x, GraphTensor previous, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long embedding = shape.EmbeddingLength;
        long headLength = shape.WkvHeadLength;
        var heads = embedding / headLength;
        var first = graph.FindWeight(layer, "time_mix_first");
        var mixed = Mix(graph, g.Reshape(g.Sub(previous, x), embedding, graph.Tokens), g.Reshape(x, embedding, graph.Tokens), layer);
        var r = Project(graph, mixed[3], layer, "time_mix_receptance");
        var k = Project(graph, mixed[1], layer, "time_mix_key");
        var v = Project(graph, mixed[2], layer, "time_mix_value");
        var gate = g.Unary(graph.Multiply(graph.Weight(layer, "time_mix_gate"), mixed[4]));
        var keyHeads = shape.KeyValueHeads[layer];
        if (keyHeads != 0 && keyHeads != heads)
        {
            k = RepeatHeads(k);
            v = RepeatHeads(v);
        }

        k = g.Reshape(k, headLength, heads, graph.Tokens);
        v = g.Reshape(v, headLength, heads, graph.Tokens);
        r = g.Reshape(r, headLength, heads, graph.Tokens);
        var w = g.MulMat(graph.Weight(layer, "time_mix_decay_w2"), g.Unary(g.MulMat(graph.Weight(layer, "time_mix_decay_w1"), mixed[0])));
        w = g.Unary(g.Unary(g.Unary(g.Add(w, graph.Weight(layer, "time_mix_decay")))));
        w = g.Reshape(w, headLength, heads, graph.Tokens);
        k = first is null ? g.Sub(k, g.Mul(k, w)) : k;
        var state = graph.TakeStates(inputs, graph.RecurrentStates(layer));
        var all = first is null ? g.GatedLinearAttn(k, v, r, w, state) : g.RwkvWkv6(k, v, r, first, w, state);
        var y = TokenShift.StoreStates(graph, all, layer);
        if (first is not null)
        {
            y = g.Reshape(g.Norm(g.Reshape(y, headLength, heads, graph.Tokens)), embedding, graph.Tokens);
            y = g.Add(g.Mul(y, graph.Weight(layer, "time_mix_ln")), graph.Weight($"blk.{layer}.time_mix_ln.bias"));
        }
        else
        {
            y = g.Reshape(y, embedding, graph.Tokens);
        }

        y = graph.Multiply(graph.Weight(layer, "time_mix_output"), g.Mul(y, gate));
        return g.Reshape(y, embedding, graph.TokensPerSequence, graph.Size.Sequences);

        GraphTensor RepeatHeads(GraphTensor part) =>
            g.Repeat(g.Reshape(part, headLength, 1, keyHeads, graph.Tokens), headLength, heads / keyHeads, keyHeads, graph.Tokens);
    }

    /// <summary>Five mixtures of each token with the one before it, for decay, key, value, receptance and gate.</summary>
    private static GraphTensor[] Mix(ModelGraph graph, GraphTensor difference, GraphTensor x, int layer)
    {
        var g = graph.G;
        var (embedding, tokens) = (x.Ne[0], x.Ne[1]);
        var (down, up) = (graph.Weight(layer, "time_mix_w1"), graph.Weight(layer, "time_mix_w2"));
        var mixed = g.Add(g.Mul(difference, graph.Weight(layer, "time_mix_lerp_x")), x);
        mixed = g.Reshape(g.Unary(g.MulMat(down, mixed)), down.Ne[1] / Mixtures, 1, Mixtures, tokens);
        mixed = g.Cont(g.Permute(mixed, 0, 1, 3, 2));
        mixed = g.MulMat(g.Reshape(up, up.Ne[0], up.Ne[1], 1, Mixtures), mixed);
        if (graph.FindWeight(layer, "time_mix_lerp_fused") is { } fused)
        {
            difference = g.Reshape(difference, embedding, 1, tokens);
            x = g.Reshape(x, embedding, 1, tokens);
            mixed = g.Add(g.Mul(g.Add(mixed, fused), difference), x);
            return [.. Enumerable.Range(0, Mixtures).Select(Part)];
        }

        GraphTensor[] parts = [.. Enumerable.Range(0, Mixtures).Select(Part)];
        ReadOnlySpan<string> names = ["w", "k", "v", "r", "g"];
        for (var i = 0; i < Mixtures; i++)
        {
            parts[i] = g.Add(g.Mul(g.Add(parts[i], graph.Weight(layer, "time_mix_lerp_" + names[i])), difference), x);
        }

        return parts;

        GraphTensor Part(int index) => g.View2D(mixed, embedding, tokens, mixed.Nb[1], index * embedding * tokens * mixed.Nb[0]);
    }

    private static GraphTensor Project(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.AddBias(graph.Multiply(graph.Weight(layer, name), x), graph.FindBias(layer, name));
}
