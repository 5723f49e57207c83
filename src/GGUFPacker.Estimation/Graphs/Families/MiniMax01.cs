using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>minimax-01</c> (src/models/minimax-01.cpp): lightning attention, which is linear, in most layers; residuals of what is normed; experts.
/// </summary>
internal static class MiniMax01
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var recurrent = graph.InputRecurrent();
        var attention = graph.InputAttention();
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        var decay = DecayInputs.Of(graph);
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = graph.Shape.RecurrentLayers[layer]
                ? AttendLinearly(graph, recurrent, decay, residual, layer)
                : Attend(graph, attention, residual, positions, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            x = g.Add(x, g.Scale(residual));
            residual = graph.RmsNorm(x, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(graph.Experts(residual, layer, ExpertOptions.Default), g.Scale(residual));
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int layer)
    {
        var (q, k, v) = graph.QueryKeyValue(x, layer);
        return graph.Attention(inputs, graph.G.Rope(q, positions), graph.G.Rope(k, positions), v, layer);
    }

    private static GraphTensor AttendLinearly(ModelGraph graph, RecurrentInputs inputs, DecayInputs decay, GraphTensor x, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        long length = shape.LinearHeadLength;
        long heads = shape.Heads[0];

        // The convolution's states are empty, but taken like those of other families.
        graph.TakeStates(inputs, graph.RollingStates(layer));
        var slopes = g.Scale(decay.Slopes);
        x = g.Reshape(x, x.Ne[0], tokens, 1, sequences);
        var all = g.Reshape(g.Unary(g.MulMat(graph.Weight(layer, "attn_qkv"), x)), length * 3, heads, tokens, sequences);
        var (q, k, v) = (Part(0), Part(1), Part(2));
        var states = graph.RecurrentStates(layer);
        var before = g.Reshape(graph.TakeStates(inputs, states), length, length, heads, sequences);

        var (queryDecay, keyDecay, mutualDecay) = (Decayed(decay.Queries), Decayed(decay.Keys), Decayed(decay.Mutual));
        var fromBefore = g.MulMat(before, g.Permute(g.Mul(q, queryDecay), 0, 2, 1, 3));
        var scores = g.Mul(g.MulMat(g.Permute(k, 0, 2, 1, 3), g.Permute(q, 0, 2, 1, 3)), mutualDecay);
        var values = g.Cont(g.Permute(v, 1, 2, 0, 3));
        var y = g.Add(fromBefore, g.MulMat(values, scores));
        graph.Expand(y);

        var remaining = g.Mul(before, g.Reshape(g.Unary(g.Scale(slopes)), 1, 1, heads));
        var keys = g.Cont(g.Permute(g.Mul(k, keyDecay), 1, 2, 0, 3));
        var after = g.Add(remaining, g.MulMat(keys, values));
        graph.Expand(g.Cpy(after, g.View1D(states, states.Ne[0] * sequences, 0)));

        y = g.Cont(g.Permute(y, 0, 2, 1, 3));
        y = graph.RmsNorm(g.Reshape(y, y.Ne[0] * y.Ne[1], y.Ne[2], 1, y.Ne[3]), graph.Weight(layer, "attn_norm_2"), layer);
        var gate = g.Unary(g.MulMat(graph.Weight(layer, "attn_gate"), x));
        y = g.MulMat(graph.Weight(layer, "attn_output"), g.Mul(gate, y));
        return g.Reshape(y, y.Ne[0], tokens * sequences);

        GraphTensor Part(int index) =>
            g.View4D(all, new Dimensions(length, heads, tokens, sequences), all.Nb[1], all.Nb[2], all.Nb[3], index * length * all.Nb[0]);

        GraphTensor Decayed(GraphTensor input) => g.Unary(g.Scale(input));
    }

    /// <summary>How much of a token is left for another (llm_graph_input_la).</summary>
    /// <param name="Slopes">By head.</param>
    /// <param name="Queries">From the batch's begin to each token, by head.</param>
    /// <param name="Keys">From each token to the batch's end, by head.</param>
    /// <param name="Mutual">Between any two tokens, by head.</param>
    private sealed record DecayInputs(GraphTensor Slopes, GraphTensor Queries, GraphTensor Keys, GraphTensor Mutual)
    {
        public static DecayInputs Of(ModelGraph graph)
        {
            var (g, tokens, sequences) = (graph.G, graph.TokensPerSequence, graph.Size.Sequences);
            long heads = graph.Shape.Heads[0];
            return new DecayInputs(
                g.Input(TensorType.F32, heads),
                g.Input(TensorType.F32, 1, heads, tokens, sequences),
                g.Input(TensorType.F32, 1, heads, tokens, sequences),
                g.Input(TensorType.F32, tokens, tokens, heads, sequences));
        }
    }
}
