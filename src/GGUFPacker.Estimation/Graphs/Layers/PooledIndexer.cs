using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// The indexer of Qwen 4's sparse attention (build_qsa_top_k of llama.cpp's src/models/qwen4exp.cpp): keys are pooled over blocks of cells, blocks are scored
/// by small heads, and the cells of the best blocks are chosen.
/// </summary>
internal sealed class PooledIndexer
{
    // Beyond any model: the loops over a block's cells and over heads, in each layer, must end soon.
    private const int MaxCount = 128;

    private readonly ModelGraph _graph;
    private readonly AttentionCache? _cache;
    private readonly int[] _ratios;
    private readonly Dictionary<int, Inputs> _inputs = [];

    public PooledIndexer(ModelGraph graph)
    {
        _graph = graph;
        _cache = graph.Caches.Find(AttentionCacheKind.Indexer);
        _ratios = new int[graph.Shape.Layers];
        new HeaderKeys(graph.Shape.Header.Metadata, graph.Shape.Architecture).Fill("attention.compress_ratios", _ratios);
        if (graph.Shape.IndexerHeads > MaxCount || _ratios.Any(ratio => ratio > MaxCount))
        {
            throw new UnknownGraphException($"An indexer has {graph.Shape.IndexerHeads} heads, or blocks of more than {MaxCount} cells.");
        }
    }

    private GraphBuilder G => _graph.G;

    /// <summary>The places of the cells that a layer's tokens attend to; null if they attend to all.</summary>
    /// <param name="x">What goes into the layer.</param>
    /// <param name="positions">Positions.</param>
    /// <param name="mask">The attention's mask, which hides cells from the indexer too.</param>
    /// <param name="layer">The layer.</param>
    public GraphTensor? ChooseCells(GraphTensor x, GraphTensor positions, GraphTensor mask, int layer)
    {
        if (_cache is not { } cache || _ratios[layer] <= 0)
        {
            return null;
        }

        var (ratio, streams) = (_ratios[layer], cache.Streams);
        var blocks = (cache.Cells + ratio - 1) / ratio;
        var perStream = _graph.Tokens / streams;
        var inputs = InputsOf(cache, ratio, blocks, perStream);
        var keys = Pool(x, cache, inputs, ratio, blocks, layer);
        var score = Score(x, keys, positions, perStream, layer);
        score = _graph.Shape.CausalAttention ? G.Add(score, inputs.Bias) : score;
        var byCell = G.GetRows(G.Cont(G.Permute(score, 1, 0, 2, 3)), inputs.CellBlocks);
        byCell = G.Cont(G.Permute(byCell, 1, 0, 2, 3));
        byCell = G.Add(byCell, _graph.Shape.CausalAttention ? G.Reshape(InSingle(mask), cache.Cells, perStream, streams) : inputs.Bias);

        // Whole blocks, and the block that is not full yet.
        var width = Math.Min(cache.Cells, (long)_graph.Shape.IndexerTop + ratio - 1);
        return G.Reshape(G.Cont(G.TopK(byCell, width)), width, perStream, 1, streams);
    }

    private GraphTensor InSingle(GraphTensor mask) => mask.Type == TensorType.F32 ? mask : G.Cast(mask, TensorType.F32);

    // Layers with blocks of one size share their inputs.
    private Inputs InputsOf(AttentionCache cache, int ratio, long blocks, long perStream)
    {
        if (!_inputs.TryGetValue(ratio, out var inputs))
        {
            inputs = new Inputs(
                G.Input(TensorType.I64, _graph.Tokens),
                G.Input(TensorType.I32, cache.Cells, cache.Streams),
                G.Input(TensorType.I32, ratio * blocks, cache.Streams),
                G.Input(TensorType.I32, 4 * blocks * cache.Streams),
                G.Input(TensorType.F32, _graph.Shape.CausalAttention ? blocks : cache.Cells, perStream, cache.Streams));
            _inputs.Add(ratio, inputs);
        }

        return inputs;
    }

    /// <summary>Stores the tokens' keys, and makes one key of each block's.</summary>
    private GraphTensor Pool(GraphTensor x, AttentionCache cache, Inputs inputs, int ratio, long blocks, int layer)
    {
        long length = _graph.Shape.IndexerKeyLength;
        long streams = cache.Streams;
        var raw = G.Reshape(_graph.Multiply(_graph.Weight(layer, "indexer.k_proj"), x), length, 1, _graph.Tokens);
        var all = _graph.IndexKeys(cache, layer, raw, inputs.KeyIndices);
        all = G.View3D(all, length, cache.Cells, streams, all.Nb[2], all.Nb[3], 0);
        var members = G.Reshape(G.GetRows(all, inputs.BlockCells), length, ratio, blocks, streams);
        GraphTensor? pooled = null;
        for (var i = 0; i < ratio; i++)
        {
            var slice = G.Cont(G.View3D(members, length, blocks, streams, members.Nb[2], members.Nb[3], i * members.Nb[1]));
            pooled = pooled is null ? slice : G.Add(pooled, slice);
        }

        pooled = G.Reshape(G.Scale(pooled!), length, blocks * streams);
        pooled = _graph.RmsNorm(pooled, _graph.Weight(layer, "indexer.k_norm"), layer);
        pooled = G.Rope(G.Reshape(pooled, length, 1, blocks * streams), inputs.BlockPositions);
        return G.Reshape(pooled, length, blocks, streams);
    }

    /// <summary>A block's score, summed over heads.</summary>
    private GraphTensor Score(GraphTensor x, GraphTensor keys, GraphTensor positions, long perStream, int layer)
    {
        long length = _graph.Shape.IndexerKeyLength;
        long heads = _graph.Shape.IndexerHeads;
        var (blocks, streams) = (keys.Ne[1], keys.Ne[2]);
        var q = G.Reshape(_graph.Multiply(_graph.Weight(layer, "indexer.q_proj"), x), length, heads, _graph.Tokens);
        q = G.Rope(_graph.RmsNorm(q, _graph.Weight(layer, "indexer.q_norm"), layer), positions);
        var scores = G.MulMat(keys, G.Reshape(q, length, heads * perStream, streams));
        scores = G.Unary(G.Reshape(scores, blocks, heads, perStream, streams));
        GraphTensor? sum = null;
        for (var head = 0L; head < heads; head++)
        {
            var slice = G.View3D(scores, blocks, perStream, streams, scores.Nb[2], scores.Nb[3], head * scores.Nb[1]);
            sum = sum is null ? G.Cont(slice) : G.Add(sum, slice);
        }

        return sum ?? throw new UnknownGraphException("An indexer has no heads.");
    }

    /// <summary>What the layers with blocks of one size read.</summary>
    private sealed record Inputs(GraphTensor KeyIndices, GraphTensor CellBlocks, GraphTensor BlockCells, GraphTensor BlockPositions, GraphTensor Bias);
}
