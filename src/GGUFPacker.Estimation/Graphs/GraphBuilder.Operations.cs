using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <content>The operations that compute.</content>
internal sealed partial class GraphBuilder
{
    public GraphTensor Add(GraphTensor a, GraphTensor b) => Of(Like(a), GraphOperation.Add, a, b);

    public GraphTensor AddInplace(GraphTensor a, GraphTensor b) => Of(ViewAll(a), GraphOperation.Add, a, b);

    public GraphTensor AddId(GraphTensor a, GraphTensor b, GraphTensor ids) => Of(Like(a), GraphOperation.AddId, a, b, ids);

    public GraphTensor Sub(GraphTensor a, GraphTensor b) => Of(Like(a), GraphOperation.Sub, a, b);

    public GraphTensor Mul(GraphTensor a, GraphTensor b) => Of(Like(a), GraphOperation.Mul, a, b);

    public GraphTensor Div(GraphTensor a, GraphTensor b) => Of(Like(a), GraphOperation.Div, a, b);

    public GraphTensor Sqr(GraphTensor a) => Of(Like(a), GraphOperation.Sqr, a);

    public GraphTensor Sqrt(GraphTensor a) => Of(Like(a), GraphOperation.Sqrt, a);

    /// <summary>ggml_silu, ggml_gelu, ggml_relu, ggml_tanh, ggml_sigmoid, …: to memory they are one.</summary>
    public GraphTensor Unary(GraphTensor a) => Of(Like(a), GraphOperation.Unary, a);

    /// <summary>ggml_swiglu_split, ggml_geglu_split, …: the gate and what it gates apart.</summary>
    public GraphTensor GluSplit(GraphTensor a, GraphTensor b) => Of(Like(a), GraphOperation.Glu, a, b);

    /// <summary>ggml_swiglu, ggml_geglu, …: the gate and what it gates in the halves of each row.</summary>
    public GraphTensor Glu(GraphTensor a) => Of(NewTensor(a.Type, a.Ne[0] / 2, a.Ne[1], a.Ne[2], a.Ne[3]), GraphOperation.Glu, a);

    public GraphTensor Scale(GraphTensor a) => Of(Like(a), GraphOperation.Scale, a);

    public GraphTensor ScaleInplace(GraphTensor a) => Of(ViewAll(a), GraphOperation.Scale, a);

    public GraphTensor Clamp(GraphTensor a) => Of(Like(a), GraphOperation.Clamp, a);

    public GraphTensor Norm(GraphTensor a) => Of(Like(a), GraphOperation.Norm, a);

    public GraphTensor RmsNorm(GraphTensor a) => Of(Like(a), GraphOperation.RmsNorm, a);

    public GraphTensor L2Norm(GraphTensor a) => Of(Like(a), GraphOperation.L2Norm, a);

    public GraphTensor SoftMax(GraphTensor a, GraphTensor? mask = null, GraphTensor? sinks = null) => Of(Like(a), GraphOperation.SoftMax, a, mask, sinks);

    public GraphTensor MulMat(GraphTensor a, GraphTensor b) =>
        Of(NewTensor(TensorType.F32, a.Ne[1], b.Ne[1], b.Ne[2], b.Ne[3]), GraphOperation.MulMat, a, b);

    public GraphTensor MulMatId(GraphTensor experts, GraphTensor b, GraphTensor ids) =>
        Of(NewTensor(TensorType.F32, experts.Ne[1], ids.Ne[0], b.Ne[2]), GraphOperation.MulMatId, experts, b, ids);

    public GraphTensor GetRows(GraphTensor a, GraphTensor rows) =>
        Of(
            NewTensor(a.Type == TensorType.I32 ? TensorType.I32 : TensorType.F32, a.Ne[0], rows.Ne[0], rows.Ne[1], rows.Ne[2]),
            GraphOperation.GetRows,
            a,
            rows);

    /// <summary>ggml_set_rows: the result is the destination, which stands last among the sources.</summary>
    public GraphTensor SetRows(GraphTensor destination, GraphTensor b, GraphTensor rows) =>
        Of(ViewAll(destination), GraphOperation.SetRows, b, rows, destination);

    public GraphTensor Rope(GraphTensor a, GraphTensor positions, GraphTensor? factors = null) =>
        Of(Like(a), GraphOperation.Rope, a, positions, factors);

    public GraphTensor Cont(GraphTensor a) => Of(Like(a), GraphOperation.Cont, a);

    public GraphTensor Cont(GraphTensor a, long ne0, long ne1, long ne2 = 1, long ne3 = 1) =>
        Of(NewTensor(a.Type, ne0, ne1, ne2, ne3), GraphOperation.Cont, a);

    /// <summary>ggml_cpy: the result is the destination.</summary>
    public GraphTensor Cpy(GraphTensor a, GraphTensor destination) => Of(ViewAll(destination), GraphOperation.Cpy, a, destination);

    /// <summary>ggml_cast. ggml names the result among its own sources too.</summary>
    public GraphTensor Cast(GraphTensor a, TensorType type)
    {
        var result = NewTensor(type, a.Ne[0], a.Ne[1], a.Ne[2], a.Ne[3]);
        return Of(result, GraphOperation.Cpy, a, result);
    }

    public GraphTensor Concat(GraphTensor a, GraphTensor b, int dimension)
    {
        var ne = a.Ne;
        ne[dimension] += b.Ne[dimension];
        return Of(new GraphTensor(_count++, a.Type, ne), GraphOperation.Concat, a, b);
    }

    public GraphTensor Repeat(GraphTensor a, long ne0, long ne1, long ne2 = 1, long ne3 = 1) =>
        Of(NewTensor(a.Type, ne0, ne1, ne2, ne3), GraphOperation.Repeat, a);

    public GraphTensor Pad(GraphTensor a, long pad0, long pad1 = 0, long pad2 = 0, long pad3 = 0) =>
        Of(NewTensor(a.Type, a.Ne[0] + pad0, a.Ne[1] + pad1, a.Ne[2] + pad2, a.Ne[3] + pad3), GraphOperation.Pad, a);

    public GraphTensor ArgSort(GraphTensor a) => Of(NewTensor(TensorType.I32, a.Ne[0], a.Ne[1], a.Ne[2], a.Ne[3]), GraphOperation.ArgSort, a);

    /// <summary>ggml_argmax: the place of the greatest of each row.</summary>
    public GraphTensor ArgMax(GraphTensor a) => Of(NewTensor(TensorType.I32, a.Ne[1]), GraphOperation.ArgMax, a);

    /// <summary>ggml_argsort_top_k: the places of all, and a view of the first.</summary>
    public GraphTensor ArgSortTopK(GraphTensor a, long k)
    {
        var sorted = ArgSort(a);
        return View4D(sorted, new Dimensions(k, sorted.Ne[1], sorted.Ne[2], sorted.Ne[3]), sorted.Nb[1], sorted.Nb[2], sorted.Nb[3], 0);
    }

    /// <summary>ggml_top_k: the places of the largest, in no order.</summary>
    public GraphTensor TopK(GraphTensor a, long k) => Of(NewTensor(TensorType.I32, k, a.Ne[1], a.Ne[2], a.Ne[3]), GraphOperation.TopK, a);

    /// <summary>ggml_arange, of as many numbers.</summary>
    public GraphTensor Arange(long count) => Of(NewTensor(TensorType.F32, count), GraphOperation.Arange);

    /// <summary>ggml_pool_2d over runs of a row's elements, without padding.</summary>
    public GraphTensor PoolRows(GraphTensor a, long run) =>
        Of(NewTensor(TensorType.F32, ((a.Ne[0] - run) / run) + 1, a.Ne[1], a.Ne[2], a.Ne[3]), GraphOperation.Pool2D, a);

    /// <summary>ggml_lightning_indexer: each query's score of each cell, summed over the indexer's heads.</summary>
    public GraphTensor LightningIndexer(GraphTensor q, GraphTensor k, GraphTensor weights, GraphTensor mask) =>
        Of(NewTensor(TensorType.F32, k.Ne[2], q.Ne[2], 1, q.Ne[3]), GraphOperation.LightningIndexer, q, k, weights, mask);

    public GraphTensor SumRows(GraphTensor a) => Of(NewTensor(a.Type, 1, a.Ne[1], a.Ne[2], a.Ne[3]), GraphOperation.SumRows, a);

    public GraphTensor Mean(GraphTensor a) => Of(NewTensor(TensorType.F32, 1, a.Ne[1], a.Ne[2], a.Ne[3]), GraphOperation.Mean, a);

    public GraphTensor Fill(GraphTensor a) => Of(Like(a), GraphOperation.Fill, a);

    public GraphTensor FlashAttnExt(GraphTensor q, GraphTensor k, GraphTensor v, GraphTensor? mask, GraphTensor? sinks) =>
        Of(NewTensor(TensorType.F32, v.Ne[0], q.Ne[2], q.Ne[1], q.Ne[3]), GraphOperation.FlashAttnExt, q, k, v, mask, sinks);

    public GraphTensor SsmConv(GraphTensor sx, GraphTensor c) =>
        Of(NewTensor(TensorType.F32, c.Ne[1], sx.Ne[0] - c.Ne[0] + 1, sx.Ne[2]), GraphOperation.SsmConv, sx, c);

    /// <summary>ggml_ssm_scan: the outputs and after them <paramref name="snapshots"/> states of each sequence.</summary>
    public GraphTensor SsmScan(GraphTensor s, GraphTensor x, GraphTensor dt, GraphTensor a, GraphTensor b, GraphTensor c, GraphTensor ids, long snapshots) =>
        Of(
            NewTensor(TensorType.F32, checked(x.ElementCount + (snapshots * s.Ne[0] * s.Ne[1] * s.Ne[2] * ids.Ne[0]))),
            GraphOperation.SsmScan,
            s,
            x,
            dt,
            a,
            b,
            c,
            ids);

    /// <summary>ggml_gated_delta_net: the outputs and after them <paramref name="snapshots"/> states of each sequence.</summary>
    public GraphTensor GatedDeltaNet(GraphTensor q, GraphTensor k, GraphTensor v, GraphTensor gate, GraphTensor beta, GraphTensor state, long snapshots) =>
        Of(
            NewTensor(TensorType.F32, v.Ne[0] * v.Ne[1], checked((v.Ne[2] * v.Ne[3]) + (snapshots * v.Ne[0] * v.Ne[3]))),
            GraphOperation.GatedDeltaNet,
            q,
            k,
            v,
            gate,
            beta,
            state);

    /// <summary>ggml_dsv4_hc_pre, and ggml_dsv4_hc_pre_gated: a weighted sum over the second dimension.</summary>
    public GraphTensor HyperConnectionPre(GraphTensor a, GraphTensor weights) =>
        Of(NewTensor(TensorType.F32, a.Ne[0], a.Ne[2]), GraphOperation.HyperConnectionPre, a, weights);

    /// <summary>ggml_dsv4_hc_comb: matrices of weights whose rows and columns sum to one.</summary>
    public GraphTensor HyperConnectionCombine(GraphTensor mixes, GraphTensor scale, GraphTensor offset, long streams) =>
        Of(NewTensor(TensorType.F32, streams, streams, mixes.Ne[1]), GraphOperation.HyperConnectionCombine, mixes, scale, offset);

    /// <summary>ggml_dsv4_hc_post: the residual streams, mixed, and a layer's result in each of them.</summary>
    public GraphTensor HyperConnectionPost(GraphTensor x, GraphTensor streams, GraphTensor post, GraphTensor? mix = null) =>
        Of(NewTensor(TensorType.F32, x.Ne[0], streams.Ne[1], x.Ne[1]), GraphOperation.HyperConnectionPost, x, streams, post, mix);
}
