using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>
/// Multi-head latent attention (llama.cpp's src/models/deepseek2.cpp): keys and values of all heads come of one short vector. A file that has the decompressing matrix
/// by heads (attn_k_b, attn_v_b) caches that vector alone; an older one (attn_kv_b) caches all heads.
/// </summary>
internal static class LatentAttention
{
    public static GraphTensor Build(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, GraphTensor? scale, int layer, GraphTensor? factors = null)
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
        keyRotary = g.Rope(keyRotary, positions, factors);
        latent = graph.RmsNorm(latent, graph.Weight(layer, "attn_kv_a_norm"), layer);
        return shape.IsLatent ? Absorbed() : Decompressed();

        // The decompressing matrix is applied to queries and results, so that attention works on the short vectors.
        GraphTensor Absorbed()
        {
            var queryPlain = g.View3D(q, plain, heads, graph.Tokens, q.Nb[1], q.Nb[2], 0);
            var queryRotary = g.View3D(q, rotary, heads, graph.Tokens, q.Nb[1], q.Nb[2], TypeSizes.RowBytes(q.Type, plain));
            queryRotary = g.Rope(queryRotary, positions, factors);
            var absorbed = g.MulMat(graph.Weight(layer, "attn_k_b"), g.Permute(queryPlain, 0, 2, 1, 3));
            var query = g.Concat(g.Permute(absorbed, 0, 2, 1, 3), queryRotary, 0);
            latent = g.Reshape(latent, rank, 1, graph.Tokens);
            var key = g.Concat(latent, keyRotary, 0);
            query = scale is null ? query : g.Mul(query, scale);
            var result = graph.AttentionCore(inputs, query, key, latent, layer, latentValues: graph.Weight(layer, "attn_v_b"));
            return graph.AttentionOutput(result, layer);
        }

        GraphTensor Decompressed()
        {
            long valueLength = shape.ValueLength(layer);
            var both = g.MulMat(graph.Weight(layer, "attn_kv_b"), latent);
            var head = TypeSizes.RowBytes(both.Type, plain + valueLength);
            var keyPlain = g.View3D(both, plain, heads, graph.Tokens, head, head * heads, 0);
            var value = g.Cont(g.View3D(both, valueLength, heads, graph.Tokens, head, head * heads, TypeSizes.RowBytes(both.Type, plain)));
            var query = g.Rope(q, positions, factors);
            var key = g.Concat(keyPlain, g.Repeat(keyRotary, rotary, heads, graph.Tokens), 0);
            query = scale is null ? query : g.Mul(query, scale);
            return graph.Attention(inputs, query, key, value, layer);
        }
    }
}
