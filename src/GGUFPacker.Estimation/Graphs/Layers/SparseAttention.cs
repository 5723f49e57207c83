using GGUFPacker.Estimation.Caches;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// Sparse attention over latent vectors (llama.cpp's src/models/deepseek32.cpp, and build_attn over llm_graph_input_attn_k_dsa): an indexer with small heads of
/// its own scores all cells, and the attention's mask leaves the best of them.
/// </summary>
internal static class SparseAttention
{
    /// <summary>build_attn_inp_k_dsa. The indexer's mask is always F16, since its scores are always made by one operation (cparams.fused_lid).</summary>
    public static SparseInputs Inputs(ModelGraph graph, bool rotates = true)
    {
        var g = graph.G;
        var cache = graph.Caches.Find(AttentionCacheKind.Indexer)
            ?? throw new UnknownGraphException($"A model of architecture {graph.Shape.Architecture} has no cache for an indexer.");
        return new SparseInputs(
            graph.InputAttention(),
            cache,
            g.Input(TensorType.I64, graph.Tokens),
            g.Input(TensorType.F16, cache.Cells, graph.Tokens / cache.Streams, 1, cache.Streams),
            rotates ? graph.InputRotation(graph.Shape.IndexerKeyLength) : null);
    }

    /// <summary>The indexer: the places of the cells that a token attends to.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">The caches.</param>
    /// <param name="x">What goes into the layer, normed: keys and weights are made of it.</param>
    /// <param name="compressed">The queries of all heads, compressed: the indexer's queries are made of it.</param>
    /// <param name="positions">Positions.</param>
    /// <param name="layer">The layer.</param>
    public static GraphTensor ChooseCells(ModelGraph graph, SparseInputs inputs, GraphTensor x, GraphTensor compressed, GraphTensor positions, int layer)
    {
        var g = graph.G;
        long length = graph.Shape.IndexerKeyLength;
        var q = g.Reshape(g.MulMat(graph.Weight(layer, "indexer.attn_q_b"), compressed), length, graph.Shape.IndexerHeads, graph.Tokens);
        q = g.Rope(q, positions);
        var k = g.MulMat(graph.Weight(layer, "indexer.attn_k"), x);
        k = graph.Norm(k, graph.Weight(layer, "indexer.k_norm"), graph.FindBias(layer, "indexer.k_norm"), NormKind.Layer, layer);
        k = g.Rope(g.Reshape(k, length, 1, graph.Tokens), positions);
        if (inputs.Rotation is { } rotation)
        {
            q = g.MulMat(rotation, q);
            k = g.MulMat(rotation, k);
        }

        var keys = graph.IndexKeys(inputs.Indexer, layer, k, inputs.KeyIndices);
        var weights = g.Scale(ByStream(g, g.MulMat(graph.Weight(layer, "indexer.proj"), x), keys));
        return BestOf(graph, q, keys, weights, inputs.Mask);
    }

    /// <summary>The places of the cells with the best scores.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="q">The indexer's queries.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="weights">The weights of its heads, by stream.</param>
    /// <param name="mask">Which tokens see which cells.</param>
    public static GraphTensor BestOf(ModelGraph graph, GraphTensor q, GraphTensor keys, GraphTensor weights, GraphTensor mask)
    {
        var g = graph.G;
        var streams = keys.Ne[3];
        q = g.View4D(q, new Dimensions(q.Ne[0], q.Ne[1], q.Ne[2] / streams, streams), q.Nb[1], q.Nb[2], q.Nb[3] / streams, 0);
        var scores = g.LightningIndexer(q, keys, weights, mask);
        return g.Cont(g.TopK(scores, Math.Min(scores.Ne[0], graph.Shape.IndexerTop)));
    }

    /// <summary>The weights of an indexer's heads, divided among the streams of its keys.</summary>
    public static GraphTensor ByStream(GraphBuilder g, GraphTensor weights, GraphTensor keys)
    {
        var streams = keys.Ne[3];
        return g.View4D(
            weights,
            new Dimensions(weights.Ne[0], weights.Ne[1] / streams, weights.Ne[2], streams),
            weights.Nb[1],
            weights.Nb[2] / streams,
            weights.Nb[3] / streams,
            0);
    }

    /// <summary>build_attn without the projection: attention to the chosen cells.</summary>
    public static GraphTensor Attend(ModelGraph graph, SparseInputs inputs, LatentParts parts, GraphTensor cells, int layer, GraphTensor? sinks = null)
    {
        var attention = inputs.Attention with { Mask = MaskOf(graph.G, inputs.Attention.Mask, cells) };
        return graph.AttentionCore(attention, parts.Query, parts.Key, parts.Latent, layer, sinks, graph.Weight(layer, "attn_v_b"));
    }

    /// <summary>
    /// A mask that hides all but the chosen cells, added to the usual one. Each element is a row of its own, so that the chosen ones can be set.
    /// </summary>
    public static GraphTensor MaskOf(GraphBuilder g, GraphTensor mask, GraphTensor cells, TensorType type = TensorType.F32)
    {
        var hidden = g.Fill(mask);
        hidden = g.View4D(hidden, new Dimensions(1, hidden.Ne[0], hidden.Ne[1], hidden.Ne[3]), hidden.Nb[0], hidden.Nb[1], hidden.Nb[2], 0);
        cells = g.View4D(cells, new Dimensions(cells.Ne[0], cells.Ne[1], cells.Ne[3]), cells.Nb[1], cells.Nb[2], cells.Ne[3] * cells.Nb[3], 0);
        var zeros = g.Fill(g.NewTensor(type, 1, cells.Ne[0], cells.Ne[1], cells.Ne[2]));
        var chosen = g.SetRows(hidden, zeros, cells);
        chosen = g.View4D(chosen, new Dimensions(chosen.Ne[1], chosen.Ne[2], 1, chosen.Ne[3]), chosen.Nb[2], chosen.Nb[3], chosen.Nb[3], 0);
        return g.Add(chosen, mask);
    }
}
