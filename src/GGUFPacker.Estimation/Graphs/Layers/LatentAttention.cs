namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// Multi-head latent attention (llama.cpp's src/models/deepseek2.cpp): keys and values of all heads come of one short vector. A file that has the decompressing
/// matrix by heads (attn_k_b, attn_v_b) caches that vector alone; an older one (attn_kv_b) caches all heads.
/// </summary>
internal static class LatentAttention
{
    /// <summary>The attention and the projection of its result.</summary>
    public static GraphTensor Build(
        ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, GraphTensor? scale, int layer, GraphTensor? factors = null) =>
        graph.AttentionOutput(Attend(graph, inputs, x, positions, scale, layer, factors), layer);

    /// <summary>The attention alone.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">The cache.</param>
    /// <param name="x">What goes in.</param>
    /// <param name="positions">By which a part of queries and keys is rotated; null without a rotation.</param>
    /// <param name="scale">What queries are multiplied with; null for nothing.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="factors">Factors of the rotation; null without.</param>
    public static GraphTensor Attend(
        ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor? positions, GraphTensor? scale, int layer, GraphTensor? factors = null)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long keyLength = shape.IsLatent ? shape.LatentKeyLength : shape.KeyLength(layer);
        var q = graph.FindWeight(layer, "attn_q") is { } direct
            ? g.MulMat(direct, x)
            : g.MulMat(graph.Weight(layer, "attn_q_b"), CompressQueries(graph, x, layer));
        q = g.Reshape(q, keyLength, shape.Heads[layer], graph.Tokens);
        if (!shape.IsLatent)
        {
            return Decompressed(graph, inputs, x, q, positions, scale, layer, factors);
        }

        var parts = Absorb(graph, x, q, positions, layer, keyLength, shape.KeyValueRank, factors);
        var query = scale is null ? parts.Query : g.Mul(parts.Query, scale);
        return graph.AttentionCore(inputs, query, parts.Key, parts.Latent, layer, latentValues: graph.Weight(layer, "attn_v_b"));
    }

    /// <summary>The queries of all heads, compressed to one short vector.</summary>
    public static GraphTensor CompressQueries(ModelGraph graph, GraphTensor x, int layer) =>
        graph.RmsNorm(graph.G.MulMat(graph.Weight(layer, "attn_q_a"), x), graph.Weight(layer, "attn_q_a_norm"), layer);

    /// <summary>The decompressing matrix is applied to queries, and by the attention to results, so that it works on the short vectors.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">What goes into the layer, normed.</param>
    /// <param name="q">Queries: in each head the part that is not rotated, then the one that is.</param>
    /// <param name="positions">By which that part is rotated; null without a rotation.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="keyLength">Elements of one head's queries.</param>
    /// <param name="rank">Elements of a latent vector.</param>
    /// <param name="factors">Factors of the rotation; null without.</param>
    public static LatentParts Absorb(
        ModelGraph graph,
        GraphTensor x,
        GraphTensor q,
        GraphTensor? positions,
        int layer,
        long keyLength,
        long rank,
        GraphTensor? factors = null)
    {
        var g = graph.G;
        long heads = graph.Shape.Heads[layer];
        var plain = keyLength - graph.Shape.FullRotaryLength;
        var (latent, keyRotary) = Compress(graph, x, positions, layer, rank, factors);
        var row = TypeSizes.RowBytes(q.Type, keyLength);
        var queryPlain = g.View3D(q, plain, heads, graph.Tokens, row, row * heads, 0);
        var queryRotary = g.View3D(q, keyLength - plain, heads, graph.Tokens, row, row * heads, TypeSizes.RowBytes(q.Type, plain));
        queryRotary = Rotate(g, queryRotary, positions, factors);
        var absorbed = g.MulMat(graph.Weight(layer, "attn_k_b"), g.Permute(queryPlain, 0, 2, 1, 3));
        var query = g.Concat(g.Permute(absorbed, 0, 2, 1, 3), queryRotary, 0);
        latent = g.Reshape(latent, rank, 1, graph.Tokens);
        return new LatentParts(query, g.Concat(latent, keyRotary, 0), latent);
    }

    /// <summary>The latent vectors, and the part of the keys that is rotated and that all heads share; one family norms that too.</summary>
    private static (GraphTensor Latent, GraphTensor KeyRotary) Compress(
        ModelGraph graph, GraphTensor x, GraphTensor? positions, int layer, long rank, GraphTensor? factors)
    {
        var g = graph.G;
        long rotary = graph.Shape.FullRotaryLength;
        var compressed = g.MulMat(graph.Weight(layer, "attn_kv_a_mqa"), x);
        var row = TypeSizes.RowBytes(compressed.Type, rank + rotary);
        var latent = g.View2D(compressed, rank, graph.Tokens, row, 0);
        var keyRotary = g.View3D(compressed, rotary, 1, graph.Tokens, row, row, TypeSizes.RowBytes(compressed.Type, rank));
        keyRotary = graph.FindWeight(layer, "attn_k_norm") is { } norm ? graph.RmsNorm(keyRotary, norm, layer) : keyRotary;
        return (graph.RmsNorm(latent, graph.Weight(layer, "attn_kv_a_norm"), layer), Rotate(g, keyRotary, positions, factors));
    }

    private static GraphTensor Decompressed(
        ModelGraph graph,
        AttentionInputs inputs,
        GraphTensor x,
        GraphTensor q,
        GraphTensor? positions,
        GraphTensor? scale,
        int layer,
        GraphTensor? factors)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long heads = shape.Heads[layer];
        long rotary = shape.FullRotaryLength;
        long valueLength = shape.ValueLength(layer);
        var plain = q.Ne[0] - rotary;
        var (latent, keyRotary) = Compress(graph, x, positions, layer, shape.KeyValueRank, factors);
        var both = g.MulMat(graph.Weight(layer, "attn_kv_b"), latent);
        var head = TypeSizes.RowBytes(both.Type, plain + valueLength);
        var keyPlain = g.View3D(both, plain, heads, graph.Tokens, head, head * heads, 0);
        var value = g.Cont(g.View3D(both, valueLength, heads, graph.Tokens, head, head * heads, TypeSizes.RowBytes(both.Type, plain)));
        var query = Rotate(g, q, positions, factors);
        var repeated = g.Repeat(keyRotary, rotary, heads, graph.Tokens);

        // Families that rotate nothing put what would be rotated first.
        var key = positions is null ? g.Concat(repeated, keyPlain, 0) : g.Concat(keyPlain, repeated, 0);
        query = scale is null ? query : g.Mul(query, scale);
        return graph.AttentionCore(inputs, query, key, value, layer);
    }

    private static GraphTensor Rotate(GraphBuilder g, GraphTensor part, GraphTensor? positions, GraphTensor? factors) =>
        positions is null ? part : g.Rope(part, positions, factors);
}
