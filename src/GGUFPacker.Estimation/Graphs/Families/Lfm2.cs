using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>lfm2</c> and <c>lfm2moe</c> (src/models/lfm2.cpp): short convolutions in most layers, attention in the others.</summary>
internal static class Lfm2
{
    public static void Build(ModelGraph graph)
    {
        if (!graph.Shape.CausalAttention)
        {
            throw new UnknownGraphException("Convolutions that look ahead are not known.");
        }

        var g = graph.G;
        var x = graph.InputEmbeddings();
        var recurrent = graph.InputRecurrent();
        var isWindowed = graph.Shape.SlidingWindowKind != SlidingWindowKind.None;

        // With windows beside recurrent layers nothing is rotated before it is quantized (build_inp_mem_hybrid_iswa).
        var attention = isWindowed ? graph.InputWindowedAttention().Window with { KeyRotation = null, ValueRotation = null } : graph.InputAttention();
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = graph.Shape.RecurrentLayers[layer] ? Convolve(graph, recurrent, x, layer) : Attend(graph, attention, x, positions, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            x = g.Add(residual, x);
            var normed = graph.RmsNorm(x, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(x, FeedForward(graph, normed, layer));
        }

        x = graph.RmsNorm(x, graph.FindWeight("output_norm.weight") ?? graph.Weight("token_embd_norm.weight"), -1);
        if (graph.Context.Embeddings)
        {
            graph.Embeddings = x;
            graph.Expand(x);
            return;
        }

        graph.FinishWithLogits(x);
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int layer)
    {
        var g = graph.G;
        var (q, k, v) = graph.QueryKeyValue(x, layer);
        q = graph.RmsNorm(q, graph.FindWeight(layer, "attn_q_norm"), layer);
        k = graph.RmsNorm(k, graph.FindWeight(layer, "attn_k_norm"), layer);
        return graph.Attention(inputs, g.Rope(q, positions), g.Rope(k, positions), v, layer);
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        if (!graph.HasExperts(layer))
        {
            return graph.FeedForward(x, layer, Activation.Gated);
        }

        var gating = (ExpertGating)(int)(graph.Shape.Number("expert_gating_func") ?? 0);
        return graph.Experts(x, layer, ExpertOptions.Default with { Gating = gating == ExpertGating.None ? ExpertGating.Softmax : gating });
    }

    /// <summary>Two gates around a convolution over the last few tokens.</summary>
    private static GraphTensor Convolve(ModelGraph graph, RecurrentInputs inputs, GraphTensor x, int layer)
    {
        var g = graph.G;
        var (tokens, sequences) = (graph.TokensPerSequence, graph.Size.Sequences);
        long width = graph.Shape.EmbeddingLength;
        long kept = graph.Shape.ShortConvolutionLength - 1;
        x = g.Reshape(x, x.Ne[0], tokens, sequences);
        var all = graph.Multiply(graph.Weight(layer, "shortconv.in_proj"), x);
        var chunk = all.Ne[0] / 3;
        var b = Chunk(0);
        var c = Chunk(1);
        var value = Chunk(2);
        var mixed = g.Transpose(g.Mul(b, value));
        var states = graph.RollingStates(layer);
        var before = g.Reshape(graph.TakeStates(inputs, states), kept, width, sequences);
        mixed = g.Concat(before, mixed, 0);
        for (var slot = 0L; slot < Math.Min(tokens, graph.Context.RecurrentSnapshots + 1L); slot++)
        {
            var last = g.View3D(mixed, kept, mixed.Ne[1], mixed.Ne[2], mixed.Nb[1], mixed.Nb[2], (mixed.Ne[0] - kept - slot) * mixed.Nb[0]);
            var offset = slot * graph.Recurrent.Sequences * TypeSizes.RowBytes(states.Type, kept * width);
            graph.Expand(g.Cpy(last, g.View2D(states, kept * width, sequences, states.Nb[1], offset)));
        }

        var convolved = g.SsmConv(mixed, graph.Weight(layer, "shortconv.conv"));
        var y = graph.Multiply(graph.Weight(layer, "shortconv.out_proj"), g.Mul(c, convolved));
        return g.Reshape(y, y.Ne[0], tokens * sequences);

        GraphTensor Chunk(int index) => g.View3D(all, chunk, all.Ne[1], all.Ne[2], all.Nb[1], all.Nb[2], index * chunk * all.Nb[0]);
    }
}
