using GGUFPacker.Estimation.Caches;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// Attention to blocks of positions (MiniMax Sparse Attention of llama.cpp's src/models/minimax-m3.cpp): an indexer with one head for each group of heads
/// scores all positions, a block counts as its best one, and the best blocks are attended to. With one token for each sequence their keys are gathered;
/// otherwise a mask for each head hides the other blocks.
/// </summary>
internal sealed class BlockSparseAttention
{
    // llama_kv_cache_msa_context::get_n_pos of an empty cache, which is what memory is reserved for.
    private const long ReservedPositions = 256;

    // Far beyond any model.
    private const int MaxBlock = 1 << 20;

    private readonly ModelGraph _graph;
    private readonly AttentionInputs _inputs;
    private readonly AttentionCache _indexer;
    private readonly GraphTensor _indices;
    private readonly long _block;
    private readonly long _blocks;
    private readonly long _positions;
    private readonly long _streams;
    private readonly long _tokens;
    private readonly GraphTensor _bias;
    private readonly GraphTensor _visible;
    private readonly GraphTensor _cells;
    private readonly GraphTensor _cellNumbers;
    private readonly GraphTensor _blockOfCell;
    private readonly GraphTensor _mask;

    public BlockSparseAttention(ModelGraph graph, AttentionInputs inputs)
    {
        var (g, shape) = (graph.G, graph.Shape);
        _graph = graph;
        _inputs = inputs with { KeysFirst = true };
        _indexer = graph.Caches.Find(AttentionCacheKind.Indexer) ?? throw new UnknownGraphException("MiniMax M3 has a cache for its indexer.");
        _block = shape.Number("attention.indexer.block_size") is > 0 and <= MaxBlock and var size
            ? (long)size
            : throw new UnknownGraphException("MiniMax M3 has blocks of one position or more.");
        (_tokens, _streams) = (inputs.Mask.Ne[1], inputs.Mask.Ne[3]);

        // GGML_PAD, which is a multiple for powers of two alone.
        _positions = (ReservedPositions + _block - 1) & ~(_block - 1);
        _blocks = _positions / _block;
        _indices = g.Input(TensorType.I64, graph.Tokens);
        _bias = g.Input(TensorType.F32, _blocks, graph.Tokens);
        _visible = g.Input(TensorType.F32, _positions, graph.Tokens);
        _cells = g.Input(TensorType.I32, _positions, _streams);
        _cellNumbers = g.Input(TensorType.F32, _positions, _streams);
        _blockOfCell = g.Input(TensorType.I32, inputs.Mask.Ne[0], _streams);
        _mask = g.Cast(inputs.Mask, TensorType.F32);
    }

    private GraphBuilder G => _graph.G;

    /// <summary>Blocks that are attended to.</summary>
    private long Chosen => Math.Min(_graph.Shape.IndexerTop, _blocks);

    private long Groups => _graph.Shape.IndexerHeads;

    /// <summary>Stores keys and values, and the indexer's keys, and attends; without the projection.</summary>
    public GraphTensor Attend(GraphTensor x, GraphTensor q, GraphTensor k, GraphTensor v, GraphTensor positions, int layer)
    {
        var length = _graph.Shape.IndexerKeyLength;
        var queries = G.Reshape(Project(x, layer, "indexer.q_proj"), length, Groups, _graph.Tokens);
        var keys = G.Reshape(Project(x, layer, "indexer.k_proj"), length, 1, _graph.Tokens);
        queries = G.Rope(_graph.RmsNorm(queries, _graph.Weight(layer, "indexer.q_norm"), layer), positions);
        keys = G.Rope(_graph.RmsNorm(keys, _graph.Weight(layer, "indexer.k_norm"), layer), positions);
        keys = _graph.IndexKeys(_indexer, layer, keys, _indices);
        var (rotated, cachedKeys, cachedValues) = _graph.StoreKeysAndValues(_inputs, q, k, v, layer);
        var result = _tokens == 1
            ? AttendToGathered(queries, keys, rotated, cachedKeys, cachedValues)
            : AttendByMask(queries, keys, rotated, cachedKeys, cachedValues);
        return _graph.RotateValues(_inputs, result);
    }

    private GraphTensor Project(GraphTensor x, int layer, string name) => G.MulMat(_graph.Weight(layer, name), x);

    /// <summary>One token for each sequence: all of them at once, with the keys and values of the chosen blocks.</summary>
    private GraphTensor AttendToGathered(GraphTensor queries, GraphTensor indexKeys, GraphTensor q, GraphTensor k, GraphTensor v)
    {
        var (length, heads, cells) = (k.Ne[0], k.Ne[1], k.Ne[2]);
        var index = G.View3D(indexKeys, indexKeys.Ne[0], cells, _streams, indexKeys.Nb[2], indexKeys.Nb[3], 0);
        index = G.Reshape(G.GetRows(index, _cells), index.Ne[0], _positions, 1, _streams);
        var scores = G.MulMat(index, G.Reshape(queries, index.Ne[0], Groups, 1, _streams));
        scores = G.AddInplace(scores, G.Reshape(_visible, _positions, 1, 1, _streams));
        scores = G.Add(G.PoolRows(scores, _block), G.Reshape(_bias, _blocks, 1, 1, _streams));
        var best = G.Reshape(G.Scale(G.Cast(G.TopK(scores, Chosen), TensorType.F32)), 1, Chosen, Groups, _streams);

        // The positions of each block, the cell of each position, and the row of each cell's head.
        var gathered = _block * Chosen;
        var places = G.Add(G.Repeat(best, _block, Chosen, Groups, _streams), G.Reshape(G.Arange(_block), _block));
        places = G.Cast(G.Reshape(places, gathered * Groups, _streams), TensorType.I32);
        var numbers = G.GetRows(G.Reshape(_cellNumbers, 1, _positions, _streams), places);
        numbers = G.Add(G.Scale(G.Reshape(numbers, _block, Chosen, Groups, _streams)), G.Reshape(G.Arange(heads), 1, 1, Groups));
        var rows = G.Cast(G.Reshape(numbers, gathered * Groups, _streams), TensorType.I32);

        var keys = G.GetRows(G.View3D(k, length, heads * cells, _streams, k.Nb[1], k.Nb[3], 0), rows);
        var values = G.GetRows(G.View3D(v, length, heads * cells, _streams, v.Nb[1], v.Nb[3], 0), rows);
        var mask = G.GetRows(G.Reshape(_visible, 1, _positions, _streams), places);
        keys = AsStored(G.Reshape(keys, length, gathered, 1, Groups * _streams), k);
        values = AsStored(G.Reshape(values, length, gathered, 1, Groups * _streams), v);
        mask = G.Cast(G.Reshape(mask, gathered, 1, 1, Groups * _streams), TensorType.F16);
        return Fused(q, keys, values, mask, heads);
    }

    // Rows come as F32.
    private GraphTensor AsStored(GraphTensor rows, GraphTensor cache)
    {
        var type = cache.IsQuantized ? TensorType.F16 : cache.Type;
        return rows.Type == type ? rows : G.Cast(rows, type);
    }

    private GraphTensor AttendByMask(GraphTensor queries, GraphTensor indexKeys, GraphTensor q, GraphTensor k, GraphTensor v)
    {
        GraphTensor? all = null;
        for (var stream = 0L; stream < _streams; stream++)
        {
            var part = AttendByMask(queries, indexKeys, q, k, v, stream);
            all = all is null ? part : G.Concat(all, part, 1);
        }

        return all!;
    }

    /// <summary>One sequence's tokens, with a mask for each head of the indexer.</summary>
    private GraphTensor AttendByMask(GraphTensor queries, GraphTensor indexKeys, GraphTensor q, GraphTensor k, GraphTensor v, long stream)
    {
        var (heads, cells, first) = (k.Ne[1], k.Ne[2], stream * _tokens);
        var query = G.View3D(queries, queries.Ne[0], Groups, _tokens, queries.Nb[1], queries.Nb[2], first * queries.Nb[2]);
        var index = G.View2D(indexKeys, indexKeys.Ne[0], cells, indexKeys.Nb[2], stream * indexKeys.Nb[3]);
        var cellOfPosition = G.View1D(_cells, _positions, stream * _cells.Nb[1]);
        var visible = G.View3D(_visible, _positions, 1, _tokens, _visible.Nb[1], _visible.Nb[1], first * _visible.Nb[1]);
        var blockOfCell = G.View1D(_blockOfCell, cells, stream * _blockOfCell.Nb[1]);
        var mask = G.View3D(_mask, cells, _tokens, 1, _mask.Nb[1], _mask.Nb[3], stream * _mask.Nb[3]);
        var bias = G.View3D(_bias, _blocks, 1, _tokens, _bias.Nb[1], _bias.Nb[1], first * _bias.Nb[1]);
        var tokens = G.View3D(q, q.Ne[0], q.Ne[1], _tokens, q.Nb[1], q.Nb[2], first * q.Nb[2]);
        var keys = G.View4D(k, new Dimensions(k.Ne[0], heads, cells), k.Nb[1], k.Nb[2], k.Nb[3], stream * k.Nb[3]);
        var values = G.View4D(v, new Dimensions(k.Ne[0], heads, cells), v.Nb[1], v.Nb[2], v.Nb[3], stream * v.Nb[3]);

        var scores = G.MulMat(G.GetRows(index, cellOfPosition), G.Reshape(query, query.Ne[0], Groups * _tokens));
        scores = G.AddInplace(G.Reshape(scores, _positions, Groups, _tokens), visible);
        var chosen = G.TopK(G.Add(G.PoolRows(scores, _block), bias), Chosen);

        // A mask over blocks, in which the chosen ones are zero, becomes one over cells.
        var hidden = G.Repeat(G.Cast(G.Scale(bias), TensorType.F16), _blocks, Groups, _tokens);
        var zeros = G.Reshape(G.Scale(G.Cast(chosen, TensorType.F32)), 1, Chosen, Groups * _tokens);
        var byBlock = G.SetRows(G.Reshape(hidden, 1, _blocks, Groups * _tokens), zeros, G.Reshape(chosen, Chosen, Groups * _tokens));
        byBlock = G.Cont(G.Permute(G.Reshape(byBlock, _blocks, Groups, _tokens), 0, 2, 1, 3));
        byBlock = G.Cont(G.Transpose(G.Reshape(byBlock, _blocks, _tokens * Groups)));
        var byCell = G.Cont(G.Transpose(G.GetRows(byBlock, blockOfCell)));
        byCell = G.AddInplace(G.Reshape(byCell, cells, _tokens, Groups), mask);
        byCell = G.Cast(G.Reshape(byCell, cells, _tokens, 1, Groups), TensorType.F16);
        return Fused(tokens, G.Permute(keys, 0, 3, 1, 2), G.Permute(values, 0, 3, 1, 2), byCell, heads);
    }

    /// <summary>build_attn_msa_fa: groups of heads, and streams, take the place of sequences.</summary>
    private GraphTensor Fused(GraphTensor q, GraphTensor k, GraphTensor v, GraphTensor mask, long keyHeads)
    {
        var (length, heads, tokens) = (q.Ne[0], q.Ne[1], q.Ne[2]);
        var (group, channels) = (heads / keyHeads, k.Ne[3]);
        q = G.Permute(G.Reshape(q, length, group, channels, heads * tokens / (group * channels)), 0, 2, 3, 1);
        var x = G.Permute(G.FlashAttnExt(q, k, v, mask, null), 0, 1, 3, 2);
        return G.Reshape(x.IsContiguous ? x : G.Cont(x), length * heads, tokens);
    }
}
