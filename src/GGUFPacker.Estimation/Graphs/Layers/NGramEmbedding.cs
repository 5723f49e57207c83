using GGUFPacker.Estimation.Caches;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// Embeddings of runs of tokens (build_inp_ple and build_ple of llama.cpp's src/models/qwen4exp.cpp), which one layer adds to its residual streams, gated, and
/// once more after a convolution over the tokens.
/// </summary>
internal sealed class NGramEmbedding(ModelGraph graph, GatedStreams streams, RecurrentInputs inputs)
{
    // LLAMA_MAX_PLE_NGRAM and LLAMA_MAX_PLE_HEADS, and a width beyond any model.
    private const int MaxRun = 8;
    private const int MaxHeads = 64;
    private const int MaxKernel = 64;

    private readonly GraphBuilder _g = graph.G;
    private readonly long _length = graph.Shape.EmbeddingLength;
    private readonly long _columns = graph.Shape.EmbeddingLength * streams.Count;

    /// <summary>The tokens' embeddings, of the rows of all heads.</summary>
    public GraphTensor Embed()
    {
        var run = Number("ple.ngram_size", MaxRun);
        var heads = (run - 1) * Number("ple.heads_per_ngram", MaxHeads);
        var table = graph.Weight("per_layer_token_embd.weight");
        var rows = _g.GetRows(table, _g.Input(TensorType.I32, heads * graph.Tokens));
        rows = _g.Reshape(rows, table.Ne[0] * heads, graph.Tokens);
        graph.Expand(rows);
        return rows;
    }

    /// <summary>build_ple.</summary>
    public GraphTensor Add(GraphTensor embeddings, GraphTensor hidden, int layer)
    {
        var key = GroupedNorm(graph.Multiply(graph.Weight(layer, "ple_key"), embeddings), "key", layer);
        var value = graph.Multiply(graph.Weight(layer, "ple_value"), embeddings);
        var query = GroupedNorm(hidden, "query", layer);
        var product = _g.Scale(_g.SumRows(_g.Mul(key, query)));
        var magnitude = _g.Sqrt(_g.Clamp(_g.Unary(product)));
        var gate = _g.Unary(_g.Mul(_g.Unary(product), magnitude));
        var repeated = _g.Repeat(_g.Reshape(value, _length, 1, graph.Tokens), _length, streams.Count, graph.Tokens);
        var gated = _g.Mul(repeated, gate);
        var normed = _g.Reshape(GroupedNorm(_g.Reshape(gated, _columns, graph.Tokens), "conv", layer), _columns, graph.Tokens);
        return _g.Add(hidden, _g.Add(gated, Convolve(normed, layer)));
    }

    private GraphTensor GroupedNorm(GraphTensor x, string name, int layer) =>
        streams.Norm(_g.Reshape(x, _length, streams.Count, graph.Tokens), graph.Weight(layer, "ple_norm_" + name));

    /// <summary>A convolution over each channel, of tokens that are a run apart.</summary>
    private GraphTensor Convolve(GraphTensor x, int layer)
    {
        var (run, width) = (Number("ple.ngram_size", MaxRun), Number("ple.conv_kernel", MaxKernel));
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        var history = (width - 1) * run;
        var padded = DeltaNetLayer.JoinStates(graph, inputs, StateOf(layer), _g.Reshape(x, _columns, tokens, sequences), history, copiesTails: true);
        var kernel = graph.Weight(layer, "ple_conv1d");
        GraphTensor? sum = null;
        for (var k = 0L; k < width; k++)
        {
            var start = history - ((width - 1 - k) * run);
            var shifted = _g.View3D(padded, tokens, _columns, sequences, padded.Nb[1], padded.Nb[2], TypeSizes.RowBytes(padded.Type, start));
            shifted = _g.Cont(_g.Transpose(shifted));
            var weights = _g.Reshape(_g.Cont(_g.View2D(kernel, 1, _columns, kernel.Nb[1], k * kernel.Nb[0])), _columns);
            weights = weights.Type == TensorType.F32 ? weights : _g.Cast(weights, TensorType.F32);
            var term = _g.Mul(shifted, weights);
            sum = sum is null ? term : _g.Add(sum, term);
        }

        return _g.Reshape(_g.Cont(_g.Unary(sum!)), _length, streams.Count, graph.Tokens);
    }

    private GraphTensor StateOf(int layer)
    {
        foreach (var state in graph.Caches.States)
        {
            if (state.Layer == layer)
            {
                return graph.Stored(state);
            }
        }

        throw new UnknownGraphException($"Layer {layer} has no state for a convolution over runs of tokens.");
    }

    private long Number(string key, int most) =>
        graph.Shape.Number(key) is { } number && number >= 1 && number <= most
            ? (long)number
            : throw new UnknownGraphException($"{key} is no number from 1 to {most}.");
}
