using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Compute;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Estimation.Scheduling;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>
/// What the templates of all families build with (llm_graph_context of llama-graph.cpp): weights by name, inputs, norms, attention, feed-forward networks.
/// A template calls these in the order of the family's own graph; the order decides what memory is free when.
/// </summary>
internal sealed partial class ModelGraph
{
    private readonly Placement _placement;
    private readonly BackendSet _backends;
    private readonly Dictionary<PlacedWeight, GraphTensor> _weights = new(512, ReferenceEqualityComparer.Instance);
    private readonly Placement? _target;
    private readonly Dictionary<int, GraphTensor> _layerInputs = [];
    private readonly bool _pinsNorms;
    private readonly FusedOperations _fused;

    public ModelGraph(ComputeRequest request, BackendSet backends, GraphSize size)
    {
        ArgumentNullException.ThrowIfNull(request);
        _backends = backends;
        _placement = request.Placement;
        _target = request.Target;
        Shape = request.Shape;
        Context = request.Context;
        Caches = request.Caches;
        _fused = request.Fused;
        Size = size;
        var fullOffload = _placement.OutputDevice != Placement.Host && !_placement.LayerDevices.Contains(Placement.Host);
        _pinsNorms = !Context.DryRun && (size.Tokens < 32 || fullOffload);
    }

    public GraphBuilder G { get; } = new();

    public ComputeGraph Graph { get; } = new();

    public ModelShape Shape { get; }

    public ResolvedContext Context { get; }

    public CachePlan Caches { get; }

    public GraphSize Size { get; }

    /// <summary>n_tokens.</summary>
    public long Tokens => Size.Tokens;

    /// <summary>n_layer.</summary>
    public int Layers => Shape.TrunkLayers;

    /// <summary>The layer that drafts the first of further tokens; the engine reserves memory for that one, which all others are like.</summary>
    public int PredictionLayer =>
        Shape.PredictionLayers > 0 ? Shape.TrunkLayers : throw new UnknownGraphException("The model has no layer that predicts further tokens.");

    /// <summary>What the family's graph leaves out.</summary>
    public UnusedTensors Unused { get; set; }

    /// <summary>What is added to a layer's number to find its scales: a layer that runs again has the same matrices, but scales of its own, or none.</summary>
    public int ScaleOffset { get; set; }

    /// <summary>The final hidden state, from which embeddings are pooled (t_embd).</summary>
    public GraphTensor? Embeddings { get; set; }

    /// <summary>The tokens of the input (t_inp_tokens).</summary>
    public GraphTensor? InputTokens { get; private set; }

    /// <summary>The embeddings of the input, before they are scaled (t_inp_embd).</summary>
    public GraphTensor? InputEmbedding { get; private set; }

    /// <summary>The hidden state that layers for predicting further tokens read (t_h_nextn).</summary>
    public GraphTensor? HiddenStates { get; set; }

    /// <summary>The logits (t_logits).</summary>
    public GraphTensor? Logits { get; set; }

    /// <summary>Fused operations and their layers: each should run where its layer is.</summary>
    public List<(FusedOperations Operation, GraphTensor Result, int Layer)> FusedNodes { get; } = [];

    /// <summary>Whether an operation takes the place of those that it is made of.</summary>
    public bool Fuses(FusedOperations operation) => _fused.HasFlag(operation);

    /// <summary>ggml_build_forward_expand.</summary>
    public void Expand(GraphTensor tensor) => Graph.Expand(tensor);

    /// <summary>A weight of the model that must be there.</summary>
    public GraphTensor Weight(string name) => FindWeight(name) ?? throw Missing(name);

    /// <summary>A weight of the model; null if it has none of that name.</summary>
    public GraphTensor? FindWeight(string name) => _placement.Find(name) is { } weight ? Tensor(weight) : null;

    /// <summary>A layer's <c>blk.N.NAME.weight</c>, which must be there.</summary>
    public GraphTensor Weight(int layer, string name) => FindWeight(layer, name) ?? throw Missing($"blk.{layer}.{name}.weight");

    /// <summary>A layer's <c>blk.N.NAME.weight</c>, which is loaded in another shape (TENSOR_ALLOW_RESHAPE).</summary>
    public GraphTensor Weight(int layer, string name, in Dimensions ne)
    {
        var weight = _placement.Find($"blk.{layer}.{name}.weight") ?? throw Missing($"blk.{layer}.{name}.weight");
        return G.Stored(weight.Tensor.Type, ne, _backends.Of(weight), isWeight: true);
    }

    /// <summary>A layer's <c>blk.N.NAME.weight</c>; null if it has none.</summary>
    public GraphTensor? FindWeight(int layer, string name) => FindWeight($"blk.{layer}.{name}.weight");

    /// <summary>A layer's <c>blk.N.NAME.bias</c>; null if it has none.</summary>
    public GraphTensor? FindBias(int layer, string name) => FindWeight($"blk.{layer}.{name}.bias");

    /// <summary>A layer's <c>blk.N.NAME.scale</c>, which NVFP4 tensors have; null if it has none.</summary>
    public GraphTensor? FindScale(int layer, string name) => FindWeight($"blk.{layer + ScaleOffset}.{name}.scale");

    /// <summary>A weight that all layers share, in the copy on the layer's device; null if the model has none.</summary>
    public GraphTensor? FindShared(string name, int layer) => _placement.Find(name, layer) is { } weight ? Tensor(weight) : null;

    /// <summary>The table of the tokens' embeddings.</summary>
    public GraphTensor EmbeddingWeight => _placement.Embeddings is { } table ? Tensor(table) : throw Missing("token_embd.weight");

    /// <summary>The matrix of the output layer.</summary>
    public GraphTensor OutputWeight => _placement.Output is { } weight ? Tensor(weight) : throw Missing("output.weight");

    /// <summary>A weight of the model that this one drafts for; null without such a model.</summary>
    public GraphTensor? FindTargetWeight(string name) => _target?.Find(name) is { } weight ? TargetTensor(weight) : null;

    /// <summary>The matrix of the output layer of the model that this one drafts for; null without such a model.</summary>
    public GraphTensor? TargetOutputWeight => _target?.Output is { } weight ? TargetTensor(weight) : null;

    /// <summary>build_norm. The norm's result is kept on its layer's device, lest it runs where the layer before is.</summary>
    public GraphTensor Norm(GraphTensor x, GraphTensor? weight, GraphTensor? bias, NormKind kind, int layer)
    {
        if (weight is not null
            && Context.KeptLayerInputs.Contains(layer)
            && weight != FindWeight("token_embd_norm.weight")
            && !Architectures.HasResidualStreams(Shape.Architecture))
        {
            // What a layer norms first is what goes into it. The norm of the embeddings is given as the first layer's, but is none.
            _layerInputs.TryAdd(layer, x);
        }

        x = kind switch
        {
            NormKind.Rms => G.RmsNorm(x),
            NormKind.Group => G.Reshape(G.GroupNorm(G.Reshape(x, x.Ne[0], 1, x.Ne[1])), x.Ne[0], x.Ne[1]),
            _ => G.Norm(x),
        };
        if (weight is not null || bias is not null)
        {
            KeepOnLayer(x, layer);
        }

        x = weight is null ? x : G.Mul(x, weight);
        return bias is null ? x : G.Add(x, bias);
    }

    /// <summary>The usual norm without a bias: <c>build_norm(x, w, NULL, LLM_NORM_RMS, il)</c>.</summary>
    public GraphTensor RmsNorm(GraphTensor x, GraphTensor? weight, int layer) => Norm(x, weight, null, NormKind.Rms, layer);

    /// <summary>build_lora_mm: a product with a matrix, and with the scale that some matrices have.</summary>
    public GraphTensor Multiply(GraphTensor weight, GraphTensor x, GraphTensor? scale = null)
    {
        var result = G.MulMat(weight, x);
        return scale is null ? result : G.Mul(result, scale);
    }

    /// <summary>x + bias, or x.</summary>
    public GraphTensor AddBias(GraphTensor x, GraphTensor? bias) => bias is null ? x : G.Add(x, bias);

    /// <summary>build_inp_embd: the tokens' embeddings, or a caller's own: memory for both is there in every graph.</summary>
    /// <param name="defaultScale">What embeddings are multiplied with (f_embedding_scale) if the header has no such number.</param>
    public GraphTensor InputEmbeddings(double defaultScale = 0)
    {
        var tokens = InputTokens = G.Input(TensorType.I32, Tokens);
        var embeddings = G.Input(TensorType.F32, Shape.InputEmbeddingLength, Tokens);
        var x = G.GetRows(EmbeddingWeight, tokens);
        if (Shape.InputEmbeddingLength != Shape.EmbeddingLength)
        {
            x = G.Pad(x, Shape.InputEmbeddingLength - Shape.EmbeddingLength);
        }

        Expand(x);
        Expand(embeddings);
        if (Shape.InputEmbeddingLength != Shape.EmbeddingLength)
        {
            x = G.View2D(x, Shape.EmbeddingLength, Tokens, x.Nb[1], 0);
        }

        InputEmbedding = x;
        if ((Shape.Number("embedding_scale") ?? defaultScale) != 0)
        {
            x = G.Scale(x.IsContiguous ? x : G.Cont(x));
        }

        Expand(x);
        return x;
    }

    /// <summary>build_inp_pos.</summary>
    public GraphTensor InputPositions() => G.Input(TensorType.I32, Tokens * Shape.PositionsPerToken);

    /// <summary>build_inp_attn_scale.</summary>
    public GraphTensor InputAttentionScale() => G.Input(TensorType.F32, 1, 1, Tokens);

    /// <summary>build_inp_out_ids.</summary>
    public GraphTensor InputOutputIds() => G.Input(TensorType.I32, Size.Outputs);

    /// <summary>In the last layer, takes the rows that there are outputs of.</summary>
    public void TakeOutputs(int layer, GraphTensor outputIds, ref GraphTensor x, ref GraphTensor residual)
    {
        if (layer == Layers - 1)
        {
            x = G.GetRows(x, outputIds);
            residual = G.GetRows(residual, outputIds);
        }
    }

    /// <summary>What most decoders begin with, in llama.cpp's order.</summary>
    public (GraphTensor Embeddings, GraphTensor Positions, AttentionInputs Attention, GraphTensor OutputIds) InputDecoder() =>
        (InputEmbeddings(), InputPositions(), InputAttention(), InputOutputIds());

    /// <summary>get_rope_factors: one set for all contexts, or one for contexts beyond the trained one and one for others.</summary>
    public GraphTensor? RopeFactors(int layer)
    {
        var original = Shape.Number("rope.scaling.original_context_length") ?? Shape.TrainedContext;
        return FindShared("rope_freqs.weight", layer)
            ?? FindShared(Context.ContextPerSequence > original ? "rope_factors_long.weight" : "rope_factors_short.weight", layer);
    }

    /// <summary>Keeps a norm, or a layer's last result, on its layer's device (the callback of llama_context::graph_get_cb).</summary>
    public void KeepOnLayer(GraphTensor tensor, int layer)
    {
        if (_pinsNorms && layer >= 0)
        {
            var place = _backends.PlaceOf(_placement.LayerDevices[layer]);
            if (_backends.Backends[place].Supports(tensor))
            {
                tensor.WantedBackend = place;
            }
        }
    }

    private GraphTensor TargetTensor(PlacedWeight weight) => Tensor(weight with { Device = _placement.PlaceOf(weight.Device, _target!) });

    private GraphTensor Tensor(PlacedWeight weight)
    {
        if (!_weights.TryGetValue(weight, out var tensor))
        {
            var shape = weight.Tensor.Shape;
            var ne = new Dimensions(1);
            for (var i = 0; i < Math.Min(shape.Length, Dimensions.Count); i++)
            {
                ne[i] = shape[i];
            }

            tensor = G.Stored(weight.Tensor.Type, ne, _backends.Of(weight), isWeight: true);
            _weights.Add(weight, tensor);
        }

        return tensor;
    }

    private UnknownGraphException Missing(string name) => new($"The model is of architecture {Shape.Architecture} and has no {name}.");
}
