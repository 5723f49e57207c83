using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>
/// Multi-head latent attention (llama.cpp's src/models/deepseek2.cpp): keys and values of all heads come of one short vector. A file that has the decompressing matrix
/// by heads (attn_k_b, attn_v_b) caches that vector alone; an older one (attn_kv_b) caches all heads.
/// </summary>
internal static class LatentAttention
{
    /// <summary>The attention and the projection of its result.</summary>
    public static GraphTensor Build(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, GraphTensor? scale, int layer, GraphTensor? factors = null) =>
        graph.AttentionOutput(Attend(graph, inputs, x, positions, scale, layer, factors), layer);

    /// <summary>The attention alone.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">The cache.</param>
    /// <param name="x">What goes in.</param>
    /// <param name="positions">By which a part of queries and keys is rotated; null without a rotation.</param>
    /// <param name="scale">What queries are multiplied with; null for nothing.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="factors">Factors of the rotation; null without.</param>
    public static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor? positions, GraphTensor? scale, int layer, GraphTensor? factors = null)
    {
        var g = graph.G;
        var shape = graph.Shape;
        long heads = shape.Heads[layer];
        long keyLength = shape.IsLatent ? shape.LatentKeyLength : shape.KeyLength(layer);
        long rotary = shape.FullRotaryLength;
        var plain = keyLength - rotary;
        long rank = shape.KeyValueRank;

        var q = graph.FindWeight(layer, "attn_q") is { } direct
            ? g.MulMat(direct, x)
            : g.MulMat(graph.Weight(layer, "attn_q_b"), graph.RmsNorm(g.MulMat(graph.Weight(layer, "attn_q_a"), x), graph.Weight(layer, "attn_q_a_norm"), layer));
        q = g.Reshape(q, keyLength, heads, graph.Tokens);
        var compressed = g.MulMat(graph.Weight(layer, "attn_kv_a_mqa"), x);
        var row = TypeSizes.RowBytes(compressed.Type, rank + rotary);
        var latent = g.View2D(compressed, rank, graph.Tokens, row, 0);
        var keyRotary = g.View3D(compressed, rotary, 1, graph.Tokens, row, row, TypeSizes.RowBytes(compressed.Type, rank));
        keyRotary = Rotate(keyRotary);
        latent = graph.RmsNorm(latent, graph.Weight(layer, "attn_kv_a_norm"), layer);
        return shape.IsLatent ? Absorbed() : Decompressed();

        // The decompressing matrix is applied to queries and results, so that attention works on the short vectors.
        GraphTensor Absorbed()
        {
            var queryPlain = g.View3D(q, plain, heads, graph.Tokens, q.Nb[1], q.Nb[2], 0);
            var queryRotary = g.View3D(q, rotary, heads, graph.Tokens, q.Nb[1], q.Nb[2], TypeSizes.RowBytes(q.Type, plain));
            queryRotary = Rotate(queryRotary);
            var absorbed = g.MulMat(graph.Weight(layer, "attn_k_b"), g.Permute(queryPlain, 0, 2, 1, 3));
            var query = g.Concat(g.Permute(absorbed, 0, 2, 1, 3), queryRotary, 0);
            latent = g.Reshape(latent, rank, 1, graph.Tokens);
            var key = g.Concat(latent, keyRotary, 0);
            query = scale is null ? query : g.Mul(query, scale);
            return graph.AttentionCore(inputs, query, key, latent, layer, latentValues: graph.Weight(layer, "attn_v_b"));
        }

        GraphTensor Decompressed()
        {
            long valueLength = shape.ValueLength(layer);
            var both = g.MulMat(graph.Weight(layer, "attn_kv_b"), latent);
            var head = TypeSizes.RowBytes(both.Type, plain + valueLength);
            var keyPlain = g.View3D(both, plain, heads, graph.Tokens, head, head * heads, 0);
            var value = g.Cont(g.View3D(both, valueLength, heads, graph.Tokens, head, head * heads, TypeSizes.RowBytes(both.Type, plain)));
            var query = Rotate(q);
            var repeated = g.Repeat(keyRotary, rotary, heads, graph.Tokens);

            // Families that rotate nothing put what would be rotated first.
            var key = positions is null ? g.Concat(repeated, keyPlain, 0) : g.Concat(keyPlain, repeated, 0);
            query = scale is null ? query : g.Mul(query, scale);
            return graph.AttentionCore(inputs, query, key, value, layer);
        }

        GraphTensor Rotate(GraphTensor part) => positions is null ? part : g.Rope(part, positions, factors);
    }
}
