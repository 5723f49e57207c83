using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <content>What a graph ends with.</content>
internal sealed partial class ModelGraph
{
    /// <summary>The usual end: the output layer's matrix, its scale and bias, and the cap that some models put on logits.</summary>
    public void FinishWithLogits(GraphTensor x, bool capsLogits = false, bool scalesLogits = false, bool padsLogits = false)
    {
        Embeddings = x;
        x = Multiply(OutputWeight, x, Unused.HasFlag(UnusedTensors.LogitsScale) ? null : FindWeight("output.scale"));
        x = AddBias(x, Unused.HasFlag(UnusedTensors.LogitsBias) ? null : FindWeight("output.bias"));
        x = padsLogits ? PadLogits(x) : x;
        if (capsLogits)
        {
            x = G.Scale(G.Unary(G.Scale(x)));
        }

        Logits = scalesLogits ? G.Scale(x) : x;
        Expand(Logits);
    }

    // Where there are fewer logits than tokens, the tokens without get a number that some weight is scaled to.
    private GraphTensor PadLogits(GraphTensor logits)
    {
        var missing = (_placement.Embeddings?.Tensor.Shape[1] ?? 0) - logits.Ne[0];
        if (missing <= 0)
        {
            return logits;
        }

        var filler = G.Scale(G.View1D(Weight("output_norm.weight"), 1, 0));
        return G.Concat(G.Repeat(filler, missing, logits.Ne[1]), logits, 0);
    }

    /// <summary>build_pooling, and set_outputs: what the caller reads is never overwritten.</summary>
    public void Complete()
    {
        GraphTensor? pooled = null;
        if (Context.Embeddings && Embeddings is { } states)
        {
            pooled = Pool(states);
            Expand(pooled);
            if (FindWeight("dense_2.weight") is { } second)
            {
                pooled = AddBias(G.MulMat(second, pooled), FindWeight("dense_2.bias"));
            }

            if (FindWeight("dense_3.weight") is { } third)
            {
                pooled = G.MulMat(third, pooled);
            }

            Expand(pooled);
        }

        foreach (var result in (ReadOnlySpan<GraphTensor?>)[Logits, Embeddings, pooled, HiddenStates, .. _layerInputs.Values])
        {
            if (result is not null)
            {
                result.IsOutput = true;

                // What a view shows is kept with it.
                result.ViewSource?.IsOutput = true;
            }
        }
    }

    private GraphTensor Pool(GraphTensor states)
    {
        switch (Context.Pooling)
        {
            case PoolingType.Mean:
                return G.MulMat(G.Cont(G.Transpose(states)), G.Input(TensorType.F32, Tokens, Size.Sequences));
            case PoolingType.Cls or PoolingType.Last:
                return G.GetRows(states, G.Input(TensorType.I32, Size.Sequences));
            case PoolingType.Rank:
                return Classify(G.GetRows(states, G.Input(TensorType.I32, Size.Sequences)));
            default:
                return states;
        }
    }

    private GraphTensor Classify(GraphTensor x)
    {
        if (FindWeight("cls.weight") is { } head)
        {
            x = G.Unary(AddBias(G.MulMat(head, x), FindWeight("cls.bias")));
            x = FindWeight("cls.norm.weight") is { } norm ? Norm(x, norm, null, NormKind.Layer, -1) : x;
        }

        if (FindWeight("cls.output.weight") is { } output)
        {
            x = AddBias(G.MulMat(output, x), FindWeight("cls.output.bias"));
        }

        return Shape.Architecture is "qwen3" or "qwen3vl" ? G.SoftMax(x) : x;
    }
}
