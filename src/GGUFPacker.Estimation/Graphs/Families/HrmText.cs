namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>hrm_text</c> (src/models/hrm-text.cpp): two stacks of layers, which run in a fast cycle within a slow one; each pass has caches of its own.
/// </summary>
internal static class HrmText
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var (slow, fast, height) = (Count("hrm.h_cycles"), Count("hrm.l_cycles"), Count("hrm.layers_per_stack"));
        if (checked((long)slow * (fast + 1L) * height) != graph.Layers)
        {
            throw new UnknownGraphException("The cycles of the model do not make its layers.");
        }

        var high = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var inputs = graph.InputAttention();
        var outputIds = graph.InputOutputIds();
        var low = graph.FindWeight("hrm.z_l_init") ?? graph.Weight("hrm.z_l_init.weight");
        var first = 0;
        for (var cycle = 0; cycle < slow; cycle++)
        {
            for (var inner = 0; inner < fast; inner++, first += height)
            {
                low = Stack(graph, g.Add(high, low), positions, inputs, first, 0, height);
            }

            high = Stack(graph, g.Add(high, low), positions, inputs, first, height, height);
            first += height;
        }

        graph.FinishWithLogits(g.GetRows(high, outputIds));

        int Count(string key) =>
            shape.Number(key) is >= 1 and <= int.MaxValue and var count ? (int)count : throw new UnknownGraphException($"The model has no {key}.");
    }

    // Passes have caches, and scales of matrices, of their own; the matrices are those of one of two stacks.
    private static GraphTensor Stack(ModelGraph graph, GraphTensor x, GraphTensor positions, AttentionInputs inputs, int first, int weights, int height)
    {
        var (g, shape) = (graph.G, graph.Shape);
        for (var i = 0; i < height; i++)
        {
            var (pass, layer) = (first + i, weights + i);
            var residual = x;
            x = g.RmsNorm(x);
            var gate = g.MulMat(graph.Weight(layer, "attn_gate"), x);
            var q = g.Reshape(Project("attn_q"), shape.KeyLength(pass), shape.Heads[pass], graph.Tokens);
            var k = g.Reshape(Project("attn_k"), shape.KeyLength(pass), shape.KeyValueHeads[pass], graph.Tokens);
            var v = g.Reshape(Project("attn_v"), shape.ValueLength(pass), shape.KeyValueHeads[pass], graph.Tokens);
            x = graph.AttentionCore(inputs, g.Rope(q, positions), g.Rope(k, positions), v, pass);
            x = graph.Multiply(graph.Weight(layer, "attn_output"), g.Mul(x, g.Unary(gate)), graph.FindScale(pass, "attn_output"));
            residual = g.Add(x, residual);
            x = g.Add(graph.FeedForward(g.RmsNorm(residual), layer, Activation.Gated), residual);

            GraphTensor Project(string name) =>
                graph.AddBias(graph.Multiply(graph.Weight(layer, name), x, graph.FindScale(pass, name)), graph.FindBias(layer, name));
        }

        return g.RmsNorm(x);
    }
}
