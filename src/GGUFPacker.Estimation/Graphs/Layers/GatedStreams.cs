using GGUFPacker.Estimation.Compute;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// Hyper-connections with low-rank gates (build_hc_mix and build_hc_combine of llama.cpp's src/models/qwen4exp.cpp): a token has several residual streams. A
/// layer takes the mean of them, gated, and its result goes to all of them, weighted.
/// </summary>
internal sealed class GatedStreams
{
    // Far beyond any model: the loops over streams must end.
    private const int MaxCount = 64;

    private readonly ModelGraph _graph;
    private readonly long _length;

    public GatedStreams(ModelGraph graph)
    {
        _graph = graph;
        _length = graph.Shape.EmbeddingLength;
        Count = graph.Shape.Number("hyper_connection.count") is >= 2 and <= MaxCount and var count
            ? (long)count
            : throw new UnknownGraphException($"A model of architecture {graph.Shape.Architecture} has 2 to {MaxCount} residual streams.");
    }

    /// <summary>The streams of each token.</summary>
    public long Count { get; }

    private GraphBuilder G => _graph.G;

    /// <summary>Each stream begins as the embeddings.</summary>
    public GraphTensor Begin(GraphTensor x) => G.Repeat(G.Reshape(x, _length, 1, _graph.Tokens), _length, Count, _graph.Tokens);

    /// <summary>What a layer works on, and the weights that its result gets (build_hc_mix).</summary>
    /// <param name="streams">The streams.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="name">What the weights' names begin with.</param>
    /// <param name="inject">The weights of the result.</param>
    public GraphTensor Take(GraphTensor streams, int layer, string name, out GraphTensor inject)
    {
        var (normed, gate) = Gate(streams, $"blk.{layer}.{name}");
        inject = G.MulMat(_graph.Weight(layer, name + "_inject"), normed);
        if (!_graph.Fuses(FusedOperations.HyperConnectionPre))
        {
            return Mean(normed, gate);
        }

        var tokens = streams.Ne[2];
        var mixed = G.HyperConnectionPre(G.Reshape(normed, _length, Count, tokens), G.Reshape(gate, _length, Count, tokens));
        _graph.FusedNodes.Add((FusedOperations.HyperConnectionPre, mixed, layer));
        return mixed;
    }

    /// <summary>The streams as one, normed, before the output.</summary>
    public GraphTensor End(GraphTensor streams)
    {
        var (normed, gate) = Gate(streams, "output_hc");
        return Mean(normed, gate);
    }

    /// <summary>The streams with a layer's result (build_hc_combine).</summary>
    public GraphTensor Put(GraphTensor x, GraphTensor streams, GraphTensor inject, int layer)
    {
        var weights = G.Scale(G.Unary(G.Scale(inject)));
        if (_graph.Fuses(FusedOperations.HyperConnectionPost))
        {
            var combined = G.HyperConnectionPost(x, streams, weights);
            _graph.FusedNodes.Add((FusedOperations.HyperConnectionPost, combined, layer));
            return combined;
        }

        var tokens = streams.Ne[2];
        weights = G.Reshape(weights, 1, Count, tokens);
        var repeated = G.Repeat(G.Reshape(x, _length, 1, tokens), _length, Count, tokens);
        return G.Add(streams, G.Mul(repeated, weights));
    }

    /// <summary>Leaves the wanted tokens.</summary>
    public GraphTensor Choose(GraphTensor streams, GraphTensor outputIds)
    {
        var rows = G.GetRows(G.Reshape(streams, _length * Count, streams.Ne[2]), outputIds);
        return G.Reshape(rows, _length, Count, rows.Ne[1]);
    }

    /// <summary>A norm of each stream, with weights for each.</summary>
    public GraphTensor Norm(GraphTensor streams, GraphTensor weight) => G.Mul(G.RmsNorm(streams), weight);

    private (GraphTensor Normed, GraphTensor Gate) Gate(GraphTensor streams, string name)
    {
        var normed = G.Reshape(Norm(streams, _graph.Weight(name + "_norm.weight")), _length * Count, streams.Ne[2]);
        var low = G.Unary(G.Scale(G.MulMat(_graph.Weight(name + "_down.weight"), normed)));
        return (normed, G.MulMat(_graph.Weight(name + "_up.weight"), low));
    }

    private GraphTensor Mean(GraphTensor normed, GraphTensor gate)
    {
        var tokens = normed.Ne[1];
        var gated = G.Reshape(G.Mul(normed, G.Unary(gate)), _length, Count, tokens);
        var row = TypeSizes.RowBytes(gated.Type, _length);
        var sum = G.Cont(G.View2D(gated, _length, tokens, row * Count, 0));
        for (var i = 1L; i < Count; i++)
        {
            sum = G.Add(sum, G.View2D(gated, _length, tokens, row * Count, row * i));
        }

        return G.Scale(sum);
    }
}
