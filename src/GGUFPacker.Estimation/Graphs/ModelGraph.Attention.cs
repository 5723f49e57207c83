using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Compute;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <content>Attention: its inputs, caches, the attention itself.</content>
internal sealed partial class ModelGraph
{
    /// <summary>The smallest matrix that rotates what is quantized (build_input_k_rot).</summary>
    private const int SmallestRotation = 64;

    /// <summary>Whether attention scores go through tanh (attn_soft_cap); the fused attention does that inside.</summary>
    public bool CapsScores { get; set; }

    /// <summary>build_attn_inp_kv, or what build_attn_inp_kv_iswa does for one of its two caches.</summary>
    public AttentionInputs InputAttention(AttentionCacheKind kind = AttentionCacheKind.Full)
    {
        var cache = Caches.Find(kind)
            ?? throw new UnknownGraphException($"A model of architecture {Shape.Architecture} has no cache for attention of kind {kind}.");
        var hasValues = !Shape.IsLatent;
        var keyIndices = G.Input(TensorType.I64, Tokens);
        var valueIndices = hasValues ? G.Input(TensorType.I64, cache.TransposedValues ? Tokens * MostValueColumns() : Tokens) : null;
        var streams = Context.UnifiedCache ? 1 : Size.Sequences;
        var mask = G.Input(Context.FlashAttention ? TensorType.F16 : TensorType.F32, cache.Cells, Tokens / streams, 1, streams);
        var first = cache.Layers.IsEmpty ? 0 : cache.Layers[0].Layer;
        return new AttentionInputs(
            cache,
            keyIndices,
            valueIndices,
            mask,
            cache.RotatesKeys && hasValues ? InputRotation(Shape.KeyLength(first)) : null,
            cache.RotatesValues && hasValues ? InputRotation(SmallestRotation) : null);
    }

    /// <summary>build_attn_inp_kv_iswa: the inputs of full layers and of sliding-window layers.</summary>
    public (AttentionInputs Full, AttentionInputs Window) InputWindowedAttention() =>
        (InputAttention(AttentionCacheKind.Full) with { KeysFirst = true }, InputAttention(AttentionCacheKind.SlidingWindow) with { KeysFirst = true });

    /// <summary>The inputs of layers that see all, and of those with a window if the model has such.</summary>
    public (AttentionInputs Full, AttentionInputs? Window) InputAttentionOfLayers() =>
        Shape.SlidingWindowKind == SlidingWindowKind.None ? (InputAttention(), null) : InputWindowedAttention();

    /// <summary>build_attn_inp_no_cache: the batch's tokens see each other.</summary>
    public AttentionInputs InputAttentionWithoutCache() =>
        new(null, null, null, G.Input(Context.FlashAttention ? TensorType.F16 : TensorType.F32, Tokens, Tokens), null, null) { KeysFirst = true };

    /// <summary>build_input_k_rot: the largest matrix of a power of two, from 64 on, that divides a head.</summary>
    public GraphTensor InputRotation(long headLength)
    {
        long n = SmallestRotation;
        while (headLength > 0 && headLength % (n * 2) == 0)
        {
            n *= 2;
        }

        return G.Input(TensorType.F32, n, n);
    }

    /// <summary>build_attn: stores keys and values, attends, and projects the result with <c>attn_output</c>.</summary>
    public GraphTensor Attention(AttentionInputs inputs, GraphTensor q, GraphTensor k, GraphTensor v, int layer, GraphTensor? sinks = null) =>
        AttentionOutput(AttentionCore(inputs, q, k, v, layer, sinks), layer);

    /// <summary>The projection after attention, with what bias and scale there are.</summary>
    public GraphTensor AttentionOutput(GraphTensor x, int layer, string name = "attn_output") =>
        AddBias(Multiply(Weight(layer, name), x, FindScale(layer, name)), Unused.HasFlag(UnusedTensors.AttentionOutputBias) ? null : FindBias(layer, name));

    /// <summary>
    /// Multiplies the attention's result with a gate that is made of the layer's input (<c>attn_gate</c>): a number for each head, or for each element.
    /// </summary>
    public GraphTensor GateAttention(GraphTensor attended, GraphTensor x, int layer)
    {
        ArgumentNullException.ThrowIfNull(attended);
        var gate = G.Unary(Multiply(Weight(layer, "attn_gate"), x));
        var (columns, heads) = (attended.Ne[0], Shape.Heads[layer]);
        if (gate.Ne[0] != heads)
        {
            return G.Mul(attended, gate);
        }

        var gated = G.Mul(G.Reshape(attended, columns / heads, heads, Tokens), G.Reshape(gate, 1, heads, Tokens));
        return G.Reshape(gated, columns, Tokens);
    }

    /// <summary>build_attn without the projection.</summary>
    public GraphTensor AttentionCore(
        AttentionInputs inputs,
        GraphTensor q,
        GraphTensor? k,
        GraphTensor? v,
        int layer,
        GraphTensor? sinks = null,
        GraphTensor? latentValues = null,
        GraphTensor? bias = null)
    {
        if (inputs.Cache is null)
        {
            (q, k, v) = Rotate(inputs, q, k, v);
            return AttentionOfHeads(q, k!, v!, inputs.Mask, layer, sinks, latentValues, bias);
        }

        var (query, keys, values) = StoreKeysAndValues(inputs, q, k, v, layer);
        return RotateValues(inputs, AttentionOfHeads(query, keys, values, inputs.Mask, layer, sinks, latentValues, bias));
    }

    /// <summary>
    /// The part of build_attn before the attention itself: keys and values are stored, and all that is stored is shown. Latent values are a part of the keys.
    /// </summary>
    public (GraphTensor Query, GraphTensor Keys, GraphTensor Values) StoreKeysAndValues(
        AttentionInputs inputs, GraphTensor q, GraphTensor? k, GraphTensor? v, int layer)
    {
        var cache = inputs.Cache!;
        (q, k, v) = Rotate(inputs, q, k, v);
        var place = cache.LayerPlaces[layer];
        if (k is not null)
        {
            Expand(StoreKeysAt(cache, place, k, inputs.KeyIndices!));
        }

        if (v is not null && inputs.ValueIndices is not null)
        {
            Expand(StoreValues(cache, place, v, inputs.ValueIndices));
        }

        var keys = CachedKeys(cache, place, layer);
        var values = inputs.ValueIndices is not null
            ? CachedValues(cache, place, layer)
            : G.View4D(keys, new Dimensions(v!.Ne[0], keys.Ne[1], keys.Ne[2], keys.Ne[3]), keys.Nb[1], keys.Nb[2], keys.Nb[3], 0);
        return (q, keys, values);
    }

    /// <summary>Turns a result back if the values that it is made of are stored rotated.</summary>
    public GraphTensor RotateValues(AttentionInputs inputs, GraphTensor x) => inputs.ValueRotation is { } rotation ? Rotate(x, rotation) : x;

    private (GraphTensor Q, GraphTensor? K, GraphTensor? V) Rotate(AttentionInputs inputs, GraphTensor q, GraphTensor? k, GraphTensor? v)
    {
        if (inputs.KeyRotation is { } rotation)
        {
            q = Rotate(q, rotation);
            k = k is null ? null : Rotate(k, rotation);
        }

        v = v is null ? null : RotateValues(inputs, v);
        Expand(q);
        foreach (var tensor in inputs.KeysFirst ? [k, v] : (ReadOnlySpan<GraphTensor?>)[v, k])
        {
            if (tensor is not null)
            {
                Expand(tensor);
            }
        }

        return (q, k, v);
    }

    /// <summary>build_attn_mha.</summary>
    public GraphTensor AttentionOfHeads(
        GraphTensor q,
        GraphTensor k,
        GraphTensor v,
        GraphTensor mask,
        int layer,
        GraphTensor? sinks = null,
        GraphTensor? latentValues = null,
        GraphTensor? bias = null)
    {
        var isTransposed = v.Nb[1] > v.Nb[2];
        var streams = k.Ne[3];
        q = G.View4D(q, new Dimensions(q.Ne[0], q.Ne[1], q.Ne[2] / streams, streams), q.Nb[1], q.Nb[2], q.Nb[3] / streams, 0);
        q = G.Permute(q, 0, 2, 1, 3);
        k = G.Permute(k, 0, 2, 1, 3);
        v = G.Permute(v, 0, 2, 1, 3);
        GraphTensor x;
        if (Context.FlashAttention && bias is null)
        {
            v = isTransposed ? G.Transpose(v) : v;
            k = k.Type == TensorType.F32 ? G.Cast(k, TensorType.F16) : k;
            v = v.Type == TensorType.F32 ? G.Cast(v, TensorType.F16) : v;
            x = G.FlashAttnExt(q, k, v, mask, sinks);
            FusedNodes.Add((FusedOperations.FlashAttention, x, layer));
            if (latentValues is not null)
            {
                x = G.MulMat(latentValues, G.Permute(x, 0, 2, 1, 3));
                x = G.Cont(G.Permute(x, 0, 2, 1, 3));
            }

            x = G.Reshape(x, x.Ne[0] * x.Ne[1], x.Ne[2] * x.Ne[3]);
        }
        else
        {
            var scores = G.MulMat(k, q);
            if (CapsScores)
            {
                scores = G.Scale(G.Unary(G.Scale(scores)));
            }

            scores = bias is null ? scores : G.Add(scores, bias);
            scores = G.SoftMax(scores, mask, sinks);
            v = isTransposed ? v : G.Cont(G.Transpose(v));
            x = G.MulMat(v, scores);
            x = latentValues is null ? x : G.MulMat(latentValues, x);
            x = G.Permute(x, 0, 2, 1, 3);
            x = G.Cont(x, x.Ne[0] * x.Ne[1], x.Ne[2] * x.Ne[3]);
            if (!Context.OffloadCache && !Context.DryRun)
            {
                x.WantedBackend = _backends.Backends.Length - 1;
            }
        }

        Expand(x);
        return x;
    }

    /// <summary>llama_mul_mat_hadamard.</summary>
    public GraphTensor Rotate(GraphTensor x, GraphTensor rotation)
    {
        var n = rotation.Ne[0];
        var rows = x.IsContiguous ? G.Reshape(x, n, x.ElementCount / n) : G.Cont(x, n, x.ElementCount / n);
        return G.Reshape(G.MulMat(rotation, rows), x.Ne[0], x.Ne[1], x.Ne[2], x.Ne[3]);
    }

    private long MostValueColumns()
    {
        var most = 0L;
        for (var layer = 0; layer < Shape.Layers; layer++)
        {
            most = Math.Max(most, Shape.ValueColumns(layer));
        }

        return most;
    }
}
