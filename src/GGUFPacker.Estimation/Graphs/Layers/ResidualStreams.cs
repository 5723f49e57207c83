using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// Independent hyper-connections (build_hc_pre, build_hc_post and build_hc_head of llama.cpp's src/models/hy-v4.cpp): a token has several residual streams. A
/// layer takes a weighted sum of them, and its result goes to all of them, weighted again; the weights are made of the streams.
/// </summary>
internal sealed class ResidualStreams
{
    // Far beyond any model: the loops over streams must end.
    private const int MaxCount = 64;

    private readonly ModelGraph _graph;
    private readonly long _count;
    private readonly long _length;

    public ResidualStreams(ModelGraph graph)
    {
        _graph = graph;
        _length = graph.Shape.EmbeddingLength;
        _count = graph.Shape.Number("hyper_connection.count") is >= 1 and <= MaxCount and var count
            ? (long)count
            : throw new UnknownGraphException($"A model of architecture {graph.Shape.Architecture} has 1 to {MaxCount} residual streams.");
    }

    private GraphBuilder G => _graph.G;

    /// <summary>Each stream begins as the embeddings.</summary>
    public GraphTensor Begin(GraphTensor x) => G.Repeat(G.Reshape(x, _length, 1, _graph.Tokens), _length, _count, _graph.Tokens);

    /// <summary>build_hc_pre: what a layer works on, and the weights that its result gets.</summary>
    public GraphTensor Take(GraphTensor streams, int layer, string name, out GraphTensor post)
    {
        var mixes = Mixes(streams, _graph.Weight(layer, name + "_fn"));
        var scale = _graph.Weight(layer, name + "_scale");
        var offset = _graph.Weight(layer, name + "_base");
        var pre = Weights(Part(mixes, 0), G.View1D(scale, 1, 0), G.View1D(offset, _count, 0));
        pre = G.Scale(pre);
        post = Weights(
            Part(mixes, _count),
            G.View1D(scale, 1, TypeSizes.RowBytes(scale.Type, 1)),
            G.View1D(offset, _count, TypeSizes.RowBytes(offset.Type, _count)));
        post = G.Scale(G.Scale(post));
        return Sum(streams, pre);
    }

    /// <summary>build_hc_post: the streams with a layer's result.</summary>
    public GraphTensor Put(GraphTensor x, GraphTensor streams, GraphTensor post)
    {
        var tokens = x.Ne[1];
        var result = G.Cast(x, TensorType.F32);
        var weights = G.Cast(post, TensorType.F32);
        var residual = G.Cast(streams, TensorType.F32);
        GraphTensor? all = null;
        for (var i = 0L; i < _count; i++)
        {
            var stream = G.View2D(residual, _length, tokens, residual.Nb[2], i * residual.Nb[1]);
            var weight = G.View2D(weights, 1, tokens, weights.Nb[1], i * weights.Nb[0]);
            var next = G.Reshape(G.Add(stream, G.Mul(result, weight)), _length, 1, tokens);
            all = all is null ? next : G.Concat(all, next, 1);
        }

        return G.Cast(all!, streams.Type);
    }

    /// <summary>build_hc_head: the wanted tokens' streams as one.</summary>
    public GraphTensor End(GraphTensor streams, GraphTensor outputIds)
    {
        var rows = G.GetRows(G.Reshape(streams, _length * _count, _graph.Tokens), outputIds);
        streams = G.Reshape(rows, _length, _count, outputIds.Ne[0]);
        var mixes = Mixes(streams, _graph.Weight("output_hc_fn.weight"));
        return Sum(streams, G.Scale(Weights(mixes, _graph.Weight("output_hc_scale.weight"), _graph.Weight("output_hc_base.weight"))));
    }

    private GraphTensor Mixes(GraphTensor streams, GraphTensor weight) =>
        G.MulMat(weight, G.RmsNorm(G.Reshape(streams, _length * _count, streams.Ne[2])));

    private GraphTensor Part(GraphTensor mixes, long start) => G.View2D(mixes, _count, mixes.Ne[1], mixes.Nb[1], TypeSizes.RowBytes(mixes.Type, start));

    private GraphTensor Weights(GraphTensor mixes, GraphTensor scale, GraphTensor offset) => G.Unary(G.Add(G.Mul(mixes, scale), offset));

    private GraphTensor Sum(GraphTensor streams, GraphTensor weights)
    {
        var tokens = streams.Ne[2];
        var all = G.Cast(streams, TensorType.F32);
        GraphTensor? sum = null;
        for (var i = 0L; i < _count; i++)
        {
            var stream = G.View2D(all, _length, tokens, all.Nb[2], i * all.Nb[1]);
            var weighted = G.Mul(stream, G.View2D(weights, 1, tokens, weights.Nb[1], i * weights.Nb[0]));
            sum = sum is null ? weighted : G.Add(sum, weighted);
        }

        return G.Cast(sum!, streams.Type);
    }
}
