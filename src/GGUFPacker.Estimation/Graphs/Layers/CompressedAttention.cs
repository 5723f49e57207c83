using GGUFPacker.Estimation.Caches;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// Attention to a window of keys and to those of compressed runs before it (llm_graph_input_dsv4, and build_raw_attention, build_csa_lid_attention and
/// build_hca_attention of llama.cpp's src/models/deepseek4.cpp). Keys are their own values. Of short runs an indexer chooses some; of long ones all are
/// attended to.
/// </summary>
internal sealed class CompressedAttention
{
    private readonly ModelGraph _graph;
    private readonly AttentionCache _window;
    private readonly GraphTensor _keyIndices;
    private readonly GraphTensor? _rotation;
    private readonly KeyCompressor _fine;
    private readonly KeyCompressor _coarse;
    private readonly KeyCompressor _indexer;
    private readonly int[] _ratios;

    /// <summary>build_inp_dsv4. The indexer's mask is always F16, since its scores are always made by one operation (cparams.fused_lid).</summary>
    public CompressedAttention(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var maskType = graph.Context.FlashAttention ? TensorType.F16 : TensorType.F32;
        _graph = graph;
        _ratios = CompressedCachePlanner.ReadRatios(shape);
        _window = graph.Caches.Find(AttentionCacheKind.SlidingWindow)
            ?? throw new UnknownGraphException($"A model of architecture {shape.Architecture} has no window.");
        _keyIndices = g.Input(TensorType.I64, graph.Tokens);
        Mask = g.Input(maskType, _window.Cells, graph.Tokens / graph.Size.Sequences, 1, graph.Size.Sequences);
        _rotation = _window.RotatesKeys ? graph.InputRotation(shape.KeyLength(0)) : null;
        _fine = new KeyCompressor(graph, AttentionCacheKind.Compressed, CompressedCachePlanner.FineRatio, true, shape.KeyLength(0), maskType);
        _coarse = new KeyCompressor(graph, AttentionCacheKind.HeavilyCompressed, CompressedCachePlanner.CoarseRatio, false, shape.KeyLength(0), maskType);
        _indexer = new KeyCompressor(graph, AttentionCacheKind.Indexer, CompressedCachePlanner.FineRatio, true, shape.IndexerKeyLength, TensorType.F16);
    }

    /// <summary>Which tokens see which cells of the window.</summary>
    public GraphTensor Mask { get; }

    private GraphBuilder G => _graph.G;

    /// <summary>Stores what compressing makes of the layer's input.</summary>
    public void Compress(GraphTensor x, int layer)
    {
        if (_ratios[layer] == CompressedCachePlanner.CoarseRatio)
        {
            _coarse.Store(x, "attn_compressor", States(0), layer);
        }
        else if (_ratios[layer] == CompressedCachePlanner.FineRatio)
        {
            _fine.Store(x, "attn_compressor", States(0), layer);
            _indexer.Store(x, "indexer_compressor", States(2), layer);
        }

        (GraphTensor, GraphTensor) States(int first)
        {
            var states = _graph.States(layer);
            return first + 1 < states.Length ? (states[first], states[first + 1]) : throw new UnknownGraphException($"Layer {layer} has no compressor.");
        }
    }

    /// <summary>Attention without the projection.</summary>
    /// <param name="q">Queries.</param>
    /// <param name="keys">Keys, which are values too.</param>
    /// <param name="compressed">The queries of all heads, compressed: the indexer's queries are made of it.</param>
    /// <param name="x">What goes into the layer, normed: the indexer's weights are made of it.</param>
    /// <param name="positions">Positions.</param>
    /// <param name="layer">The layer.</param>
    public GraphTensor Attend(GraphTensor q, GraphTensor keys, GraphTensor compressed, GraphTensor x, GraphTensor positions, int layer)
    {
        var ratio = _ratios[layer];
        var runs = ratio == CompressedCachePlanner.FineRatio ? ChooseRuns(compressed, x, positions, layer) : null;
        if (_rotation is not null)
        {
            q = _graph.Rotate(q, _rotation);
            keys = _graph.Rotate(keys, _rotation);
        }

        _graph.Expand(q);
        _graph.Expand(keys);
        _graph.StoreKeys(_window, layer, keys, _keyIndices);
        var (all, mask) = (_graph.SingleHeadKeys(_window, layer), Mask);
        if (runs is not null)
        {
            all = G.Concat(all, _fine.Keys(layer), 2);
            mask = G.Concat(mask, SparseAttention.MaskOf(G, _fine.Mask, runs, _fine.Mask.Type), 0);
        }
        else if (ratio == CompressedCachePlanner.CoarseRatio)
        {
            all = G.Concat(all, _coarse.Keys(layer), 2);
            mask = G.Concat(mask, _coarse.Mask, 0);
        }

        var result = _graph.AttentionOfHeads(q, all, all, mask, layer, _graph.Weight(layer, "attn_sinks"));
        return _rotation is null ? result : _graph.Rotate(result, _rotation);
    }

    /// <summary>build_lid_top_k: the runs that a token attends to.</summary>
    private GraphTensor ChooseRuns(GraphTensor compressed, GraphTensor x, GraphTensor positions, int layer)
    {
        var shape = _graph.Shape;
        var q = _graph.Multiply(_graph.Weight(layer, "indexer.attn_q_b"), compressed);
        q = G.Rope(G.Reshape(q, shape.IndexerKeyLength, shape.IndexerHeads, _graph.Tokens), positions);
        q = _indexer.Rotation is { } rotation ? _graph.Rotate(q, rotation) : q;
        var weights = G.Scale(_graph.Multiply(_graph.Weight(layer, "indexer.proj"), x));
        var keys = _indexer.Keys(layer);
        return SparseAttention.BestOf(_graph, q, keys, SparseAttention.ByStream(G, weights, keys), _indexer.Mask);
    }
}
