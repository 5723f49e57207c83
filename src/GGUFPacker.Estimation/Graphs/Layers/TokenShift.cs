namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// RWKV's mixing with the token before: the batch begins with the last tokens of the batch before (build_rwkv_token_shift_load and _store of llama-graph.cpp).
/// </summary>
internal static class TokenShift
{
    /// <summary>The tokens before the batch's first: the attention's and, if there are two, the feed-forward network's.</summary>
    public static GraphTensor Load(ModelGraph graph, RecurrentInputs inputs, int layer) =>
        graph.G.Reshape(graph.TakeStates(inputs, graph.RollingStates(layer)), graph.Shape.EmbeddingLength, graph.Shape.TokenShifts, graph.Size.Sequences);

    /// <summary>One of several tokens before the batch's first.</summary>
    public static GraphTensor Part(ModelGraph graph, GraphTensor shift, int part) =>
        graph.G.View3D(shift, shift.Ne[0], 1, graph.Size.Sequences, shift.Nb[1], shift.Nb[2], part * shift.Ne[0] * shift.Nb[0]);

    /// <summary>For each token the one before it.</summary>
    public static GraphTensor Previous(ModelGraph graph, GraphTensor before, GraphTensor x) =>
        graph.G.Concat(before, graph.G.View3D(x, x.Ne[0], graph.TokensPerSequence - 1, graph.Size.Sequences, x.Nb[1], x.Nb[2], 0), 1);

    /// <summary>The last token of each sequence.</summary>
    public static GraphTensor Last(ModelGraph graph, GraphTensor x) =>
        graph.G.View3D(x, x.Ne[0], 1, graph.Size.Sequences, x.Nb[1], x.Nb[2], (graph.TokensPerSequence - 1) * x.Ne[0] * x.Nb[0]);

    /// <summary>Keeps the last tokens for the next batch.</summary>
    public static void Store(ModelGraph graph, GraphTensor last, int layer)
    {
        var g = graph.G;
        var elements = (long)graph.Shape.EmbeddingLength * graph.Shape.TokenShifts * graph.Size.Sequences;
        graph.Expand(g.Cpy(g.View1D(last, elements, 0), g.View1D(graph.RollingStates(layer), elements, 0)));
    }

    /// <summary>Keeps the states after the batch, which stand after the outputs, and gives the outputs.</summary>
    public static GraphTensor StoreStates(ModelGraph graph, GraphTensor all, int layer)
    {
        var g = graph.G;
        var outputs = graph.Shape.EmbeddingLength * graph.Tokens;
        var elements = graph.Recurrent.StateColumns * graph.Size.Sequences;
        var states = g.View1D(all, elements, outputs * all.Nb[0]);
        graph.Expand(g.Cpy(states, g.View1D(graph.RecurrentStates(layer), elements, 0)));
        return g.View1D(all, outputs, 0);
    }
}
