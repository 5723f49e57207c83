using GGUFPacker.Estimation.Compute;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// Manifold-constrained hyper-connections (build_hc_pre, build_hc_sinkhorn, build_hc_post and build_hc_head of llama.cpp's src/models/deepseek4.cpp): a token
/// has four residual streams, of which a layer takes a weighted sum. Afterwards the streams are mixed with each other and get the layer's result; all weights
/// are made of the streams.
/// </summary>
internal sealed class HyperConnections
{
    /// <summary>The only number that ggml's operations take.</summary>
    private const long Count = 4;

    // Far beyond any model: the loop must end.
    private const int MostIterations = 256;

    private readonly ModelGraph _graph;
    private readonly long _length;
    private readonly int _iterations;

    public HyperConnections(ModelGraph graph)
    {
        _graph = graph;
        _length = graph.Shape.EmbeddingLength;
        _iterations = graph.Shape.Number("hyper_connection.count") is Count
            && graph.Shape.Number("hyper_connection.sinkhorn_iterations") is >= 1 and <= MostIterations and var iterations
            ? (int)iterations
            : throw new UnknownGraphException(
                $"A model of architecture {graph.Shape.Architecture} has {Count} residual streams and 1 to {MostIterations} iterations.");
    }

    private GraphBuilder G => _graph.G;

    /// <summary>Each stream begins as the embeddings.</summary>
    public GraphTensor Begin(GraphTensor x) => G.Repeat(G.Reshape(x, _length, 1, _graph.Tokens), _length, Count, _graph.Tokens);

    /// <summary>build_hc_pre: what a layer works on, the weights that its result gets, and how the streams are mixed.</summary>
    public GraphTensor Take(GraphTensor streams, int layer, string name, out GraphTensor post, out GraphTensor mix)
    {
        var mixes = Mixes(streams, _graph.Weight(layer, name + "_fn"));
        var scale = _graph.Weight(layer, name + "_scale");
        var offset = _graph.Weight(layer, name + "_base");
        var pre = G.Scale(G.Unary(Part(0, Count)));
        post = G.Scale(G.Unary(Part(1, Count)));
        if (_graph.Fuses(FusedOperations.HyperConnectionCombine))
        {
            mix = G.HyperConnectionCombine(mixes, scale, offset, Count);
            _graph.FusedNodes.Add((FusedOperations.HyperConnectionCombine, mix, layer));
        }
        else
        {
            mix = Balance(G.Reshape(Part(2, Count * Count), Count, Count, streams.Ne[2]));
        }

        return Sum(streams, pre, layer);

        GraphTensor Part(int index, long columns) => Affine(
            G.View2D(mixes, columns, mixes.Ne[1], mixes.Nb[1], TypeSizes.RowBytes(mixes.Type, index * Count)),
            G.View1D(scale, 1, TypeSizes.RowBytes(scale.Type, index)),
            G.View1D(offset, columns, TypeSizes.RowBytes(offset.Type, index * Count)));
    }

    /// <summary>build_hc_post: the streams, mixed, with a layer's result.</summary>
    public GraphTensor Put(GraphTensor x, GraphTensor streams, GraphTensor post, GraphTensor mix, int layer)
    {
        if (_graph.Fuses(FusedOperations.HyperConnectionPost))
        {
            var fused = G.HyperConnectionPost(x, streams, post, mix);
            _graph.FusedNodes.Add((FusedOperations.HyperConnectionPost, fused, layer));
            return fused;
        }

        var tokens = x.Ne[1];
        GraphTensor? all = null;
        for (var to = 0L; to < Count; to++)
        {
            var stream = G.Mul(x, G.View2D(post, 1, tokens, post.Nb[1], to * post.Nb[0]));
            for (var from = 0L; from < Count; from++)
            {
                var source = G.View2D(streams, _length, tokens, streams.Nb[2], from * streams.Nb[1]);
                stream = G.Add(stream, G.Mul(source, G.View2D(mix, 1, tokens, mix.Nb[2], (to * mix.Nb[0]) + (from * mix.Nb[1]))));
            }

            stream = G.Reshape(stream, _length, 1, tokens);
            all = all is null ? stream : G.Concat(all, stream, 1);
        }

        return all!;
    }

    /// <summary>build_hc_head: the wanted tokens' streams as one.</summary>
    public GraphTensor End(GraphTensor streams, GraphTensor outputIds)
    {
        var rows = G.GetRows(G.Reshape(streams, _length * Count, _graph.Tokens), outputIds);
        return End(G.Reshape(rows, _length, Count, outputIds.Ne[0]));
    }

    /// <summary>build_hc_head for all tokens.</summary>
    public GraphTensor End(GraphTensor streams)
    {
        var weights = Affine(
            Mixes(streams, _graph.Weight("output_hc_fn.weight")), _graph.Weight("output_hc_scale.weight"), _graph.Weight("output_hc_base.weight"));
        return Sum(streams, G.Scale(G.Unary(weights)), -1);
    }

    private GraphTensor Mixes(GraphTensor streams, GraphTensor weight) => G.MulMat(weight, G.RmsNorm(G.Reshape(streams, _length * Count, streams.Ne[2])));

    private GraphTensor Affine(GraphTensor x, GraphTensor scale, GraphTensor offset) => G.Add(G.Mul(x, scale), offset);

    private GraphTensor Sum(GraphTensor streams, GraphTensor weights, int layer)
    {
        if (_graph.Fuses(FusedOperations.HyperConnectionPre) && layer >= 0)
        {
            var fused = G.HyperConnectionPre(streams, weights);
            _graph.FusedNodes.Add((FusedOperations.HyperConnectionPre, fused, layer));
            return fused;
        }

        var tokens = streams.Ne[2];
        GraphTensor? sum = null;
        for (var i = 0L; i < Count; i++)
        {
            var stream = G.View2D(streams, _length, tokens, streams.Nb[2], i * streams.Nb[1]);
            var weighted = G.Mul(stream, G.View2D(weights, 1, tokens, weights.Nb[1], i * weights.Nb[0]));
            sum = sum is null ? weighted : G.Add(sum, weighted);
        }

        return sum!;
    }

    /// <summary>build_hc_sinkhorn: divides columns and rows by their sums, again and again.</summary>
    private GraphTensor Balance(GraphTensor mix)
    {
        mix = G.SoftMax(mix);
        var epsilon = G.Fill(G.NewTensor(TensorType.F32, 1));
        mix = DivideColumns(G.Add(mix, epsilon));
        for (var i = 1; i < _iterations; i++)
        {
            mix = G.Div(mix, G.Add(G.SumRows(mix), epsilon));
            mix = DivideColumns(mix);
        }

        return mix;

        GraphTensor DivideColumns(GraphTensor x)
        {
            var sum = G.Add(G.SumRows(G.Cont(G.Permute(x, 1, 0, 2, 3))), epsilon);
            return G.Div(x, G.Permute(sum, 1, 0, 2, 3));
        }
    }
}
