namespace GGUFPacker.Estimation.Graphs;

/// <content>Queries, keys and values (build_qkv).</content>
internal sealed partial class ModelGraph
{
    /// <summary>Whether queries, keys and values are clamped (f_clamp_kqv), if the header says so: few families read that.</summary>
    public bool ClampsProjections { get; set; }

    /// <summary>build_qkv: queries, keys and values by one matrix or three, with what biases there are.</summary>
    public (GraphTensor Q, GraphTensor K, GraphTensor V) QueryKeyValue(GraphTensor x, int layer) =>
        QueryKeyValue(x, layer, Shape.KeyLength(layer), Shape.Heads[layer], Shape.KeyLength(layer), Shape.KeyValueHeads[layer], Shape.ValueLength(layer));

    /// <summary>build_qkv for heads of their own lengths.</summary>
    public (GraphTensor Q, GraphTensor K, GraphTensor V) QueryKeyValue(
        GraphTensor x,
        int layer,
        long queryLength,
        long heads,
        long keyLength,
        long keyHeads,
        long valueLength)
    {
        var clamps = ClampsProjections && Shape.Number("attention.clamp_kqv") is > 0;
        if (FindWeight(layer, "attn_qkv") is { } fused)
        {
            var qkv = ProjectFused(fused, x, layer);
            qkv = clamps ? G.Clamp(qkv) : qkv;
            var keys = TypeSizes.RowBytes(qkv.Type, queryLength * heads);
            var values = TypeSizes.RowBytes(qkv.Type, (queryLength * heads) + (keyLength * keyHeads));
            return (
                G.View3D(qkv, queryLength, heads, Tokens, TypeSizes.RowBytes(qkv.Type, queryLength), qkv.Nb[1], 0),
                G.View3D(qkv, keyLength, keyHeads, Tokens, TypeSizes.RowBytes(qkv.Type, keyLength), qkv.Nb[1], keys),
                G.View3D(qkv, valueLength, keyHeads, Tokens, TypeSizes.RowBytes(qkv.Type, valueLength), qkv.Nb[1], values));
        }

        return (
            G.Reshape(Clamped("attn_q"), queryLength, heads, Tokens),
            G.Reshape(Clamped("attn_k"), keyLength, keyHeads, Tokens),
            G.Reshape(Clamped("attn_v"), valueLength, keyHeads, Tokens));

        GraphTensor Clamped(string name)
        {
            var y = Project(x, layer, name);
            return clamps ? G.Clamp(y) : y;
        }
    }

    /// <summary>build_qkv without the split into heads: a column of the heads of each token, for norms over all of them.</summary>
    public (GraphTensor Q, GraphTensor K, GraphTensor V) QueryKeyValueRows(GraphTensor x, int layer, int queryParts = 1)
    {
        var queries = (long)Shape.KeyLength(layer) * Shape.Heads[layer] * queryParts;
        var (keys, values) = (Shape.KeyColumns(layer), Shape.ValueColumns(layer));
        if (FindWeight(layer, "attn_qkv") is { } fused)
        {
            var qkv = ProjectFused(fused, x, layer);
            return (Part(0, queries), Part(queries, keys), Part(queries + keys, values));

            GraphTensor Part(long start, long columns) => G.Cont(G.View2D(qkv, columns, Tokens, qkv.Nb[1], TypeSizes.RowBytes(qkv.Type, start)));
        }

        return (Project(x, layer, "attn_q"), Project(x, layer, "attn_k"), Project(x, layer, "attn_v"));
    }

    private GraphTensor Project(GraphTensor x, int layer, string name) => Unused.HasFlag(UnusedTensors.ProjectionBiasesAndScales)
        ? G.MulMat(Weight(layer, name), x)
        : AddBias(Multiply(Weight(layer, name), x, FindScale(layer, name)), FindBias(layer, name));

    // A fused matrix may come with biases that are not.
    private GraphTensor ProjectFused(GraphTensor fused, GraphTensor x, int layer)
    {
        if (Unused.HasFlag(UnusedTensors.ProjectionBiasesAndScales))
        {
            return G.MulMat(fused, x);
        }

        var product = Multiply(fused, x, FindScale(layer, "attn_qkv"));
        if (FindBias(layer, "attn_qkv") is { } bias)
        {
            return G.Add(product, bias);
        }

        return FindBias(layer, "attn_q") is { } q && FindBias(layer, "attn_k") is { } k && FindBias(layer, "attn_v") is { } v
            ? G.Add(product, G.Concat(G.Concat(q, k, 0), v, 0))
            : product;
    }
}
