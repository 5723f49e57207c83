using GGUFPacker.Estimation.Caches;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// Makes one key of a run of tokens (llm_graph_input_dsv4::comp_input and what llama.cpp's src/models/deepseek4.cpp does with it): each token has values and
/// scores; a run's softmax over its scores weighs its values. A run that is not complete is kept as a state; runs may overlap, each with the one before.
/// </summary>
internal sealed class KeyCompressor
{
    private readonly ModelGraph _graph;
    private readonly AttentionCache _cache;
    private readonly long _ratio;
    private readonly bool _overlaps;
    private readonly long _stateRows;
    private readonly long _blocks;
    private readonly GraphTensor _positions;
    private readonly (GraphTensor From, GraphTensor To) _persist;
    private readonly (GraphTensor From, GraphTensor To)? _restore;
    private readonly (GraphTensor From, GraphTensor To)? _snapshot;
    private readonly GraphTensor _read;
    private readonly GraphTensor _write;
    private readonly GraphTensor _blockPositions;

    /// <summary>dsv4_build_comp_inputs, of the sizes that dsv4_build_reserve_comp_plan says.</summary>
    public KeyCompressor(ModelGraph graph, AttentionCacheKind kind, int ratio, bool overlaps, long keyLength, TensorType maskType)
    {
        var g = graph.G;
        _graph = graph;
        _cache = graph.Caches.Find(kind)
            ?? throw new UnknownGraphException($"A model of architecture {graph.Shape.Architecture} has no cache for attention of kind {kind}.");
        _ratio = ratio;
        _overlaps = overlaps;
        long sequences = graph.Context.Sequences;
        long snapshots = graph.Context.RecurrentSnapshots;
        _stateRows = (overlaps ? 2L : 1) * ratio * sequences;
        _blocks = (graph.Tokens / ratio) + graph.Size.Sequences;
        _positions = g.Input(TensorType.I32, graph.Tokens);
        _persist = Pair(Math.Min(graph.Tokens, _stateRows));
        _restore = snapshots > 0 ? Pair(_stateRows) : null;
        _snapshot = snapshots > 0 ? Pair(snapshots * _stateRows) : null;
        _read = g.Input(TensorType.I32, (overlaps ? 2 : 1) * ratio * _blocks);
        _write = g.Input(TensorType.I64, _blocks);
        _blockPositions = g.Input(TensorType.I32, _blocks);
        Mask = g.Input(maskType, _cache.Cells, graph.Tokens / graph.Size.Sequences, 1, graph.Size.Sequences);
        Rotation = _cache.RotatesKeys ? graph.InputRotation(keyLength) : null;

        (GraphTensor From, GraphTensor To) Pair(long rows) => (g.Input(TensorType.I32, rows), g.Input(TensorType.I32, rows));
    }

    /// <summary>Which tokens see which runs.</summary>
    public GraphTensor Mask { get; }

    /// <summary>The matrix that rotates keys before they are stored.</summary>
    public GraphTensor? Rotation { get; }

    private GraphBuilder G => _graph.G;

    /// <summary>All keys of a layer.</summary>
    public GraphTensor Keys(int layer) => _graph.SingleHeadKeys(_cache, layer);

    /// <summary>Stores the keys of the runs that a batch completes, and the state of the others.</summary>
    /// <param name="x">What goes into the layer, normed.</param>
    /// <param name="name">What the compressor's tensors begin with.</param>
    /// <param name="states">The states of values and scores.</param>
    /// <param name="layer">The layer.</param>
    public void Store(GraphTensor x, string name, (GraphTensor Values, GraphTensor Scores) states, int layer)
    {
        var values = _graph.Multiply(_graph.Weight(layer, name + "_kv"), x);
        var scores = _graph.Multiply(_graph.Weight(layer, name + "_gate"), x);
        scores = G.Add(scores, G.GetRows(_graph.Weight(layer, name + "_ape"), _positions));
        var (keptValues, keptScores) = (Restore(states.Values), Restore(states.Scores));
        var compressed = Compress(Current(keptValues, values), Current(keptScores, scores), _graph.Weight(layer, name + "_norm"), layer);
        _graph.StoreKeys(_cache, layer, Rotation is null ? compressed : _graph.Rotate(compressed, Rotation), _write);
        if (_snapshot is { } snapshot)
        {
            var (allValues, allScores) = (G.Concat(keptValues, values, 1), G.Concat(keptScores, scores, 1));
            var ofValues = Copy(allValues, states.Values, snapshot);
            _graph.Expand(ofValues);
            _graph.Expand(Copy(allScores, states.Scores, snapshot));
        }

        _graph.Expand(Copy(values, states.Values, _persist));
        _graph.Expand(Copy(scores, states.Scores, _persist));
    }

    /// <summary>get_kv_all and get_score_all: a state with its snapshots.</summary>
    private GraphTensor All(GraphTensor state) => G.View2D(state, state.Ne[0], state.Ne[1], state.Nb[1], 0);

    private GraphTensor Copy(GraphTensor from, GraphTensor state, (GraphTensor From, GraphTensor To) rows) =>
        G.SetRows(All(state), G.GetRows(from, rows.From), rows.To);

    /// <summary>dsv4_build_state_restore: the state as it was before what is taken back.</summary>
    private GraphTensor Restore(GraphTensor state)
    {
        var all = All(state);
        return _restore is { } restore ? Copy(all, state, restore) : all;
    }

    private GraphTensor Current(GraphTensor kept, GraphTensor added) => G.Concat(G.View2D(kept, kept.Ne[0], _stateRows, kept.Nb[1], 0), added, 1);

    /// <summary>build_hca_compressed_kv_from_state and build_overlap_compressed_kv_from_state.</summary>
    private GraphTensor Compress(GraphTensor values, GraphTensor scores, GraphTensor norm, int layer)
    {
        var (ofValues, ofScores) = _overlaps ? (Overlapping(values), Overlapping(scores)) : (Rows(values), Rows(scores));
        ofValues = G.Cont(G.Permute(ofValues, 1, 0, 2, 3));
        ofScores = G.Cont(G.Permute(ofScores, 1, 0, 2, 3));
        var x = G.SumRows(G.Mul(ofValues, G.SoftMax(ofScores)));
        x = G.Cont(G.Permute(x, 1, 0, 2, 3));
        return G.Rope(_graph.RmsNorm(x, norm, layer), _blockPositions);
    }

    private GraphTensor Rows(GraphTensor source) => G.Reshape(G.GetRows(source, _read), source.Ne[0], _ratio, _blocks);

    // Each row has a part for the run after it and one for its own; a row of nothing stands for what is before the first run.
    private GraphTensor Overlapping(GraphTensor source)
    {
        var nothing = G.Reshape(G.Scale(G.View1D(source, source.Ne[0], 0)), source.Ne[0], 1);
        var rows = G.GetRows(G.Concat(source, nothing, 1), _read);
        var (length, count) = (rows.Ne[0] / 2, _ratio * _blocks);
        return G.Concat(Part(0), Part((count * rows.Nb[1]) + TypeSizes.RowBytes(rows.Type, length)), 1);

        GraphTensor Part(long offset) => G.Reshape(G.Cont(G.View2D(rows, length, count, rows.Nb[1], offset)), length, _ratio, _blocks);
    }
}
