namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// DFlash 2's convolutions over the tokens of a block, whose kernels depend on the token (build_dflash2_conv of llama.cpp's src/models/dflash.cpp).
/// </summary>
internal static class DraftConvolution
{
    // Far beyond any kernel: each tap is made of operations of its own.
    private const int MaxKernel = 64;

    /// <summary>What the kernels are made of, for both sides of a layer's part; null if the model has no convolutions.</summary>
    public static GraphTensor? Coefficients(ModelGraph graph, GraphTensor x, int layer, string part) =>
        graph.FindWeight(layer, part + "_conv_proj") is { } projection ? graph.Multiply(projection, x) : null;

    /// <summary>The convolution before (0) or after (1) a layer's part.</summary>
    public static GraphTensor Build(ModelGraph graph, GraphTensor x, GraphTensor coefficients, int layer, string part, int side)
    {
        var g = graph.G;
        var (kernel, group) = (Length(graph, "conv_kernel_size"), Length(graph, "conv_group_size"));
        if (kernel > MaxKernel)
        {
            throw new UnknownGraphException($"A dflash model's convolutions have {kernel} taps.");
        }

        var (length, tokens, blocks) = (x.Ne[0], x.Ne[1], graph.Size.Sequences);
        var (groups, block) = (length / group, tokens / blocks);
        x = x.IsContiguous ? x : g.Cont(x, length, tokens);
        var inBlocks = g.Reshape(x, length, block, blocks);
        var byToken = g.Reshape(coefficients, groups, kernel, 2, tokens);
        var weights = g.Cont(g.View3D(byToken, groups, kernel, tokens, byToken.Nb[1], byToken.Nb[3], side * byToken.Nb[2]));
        weights = g.Repeat(g.Reshape(weights, 1, groups, kernel, tokens), group, groups, kernel, tokens);
        var fixedWeights = graph.Weight($"blk.{layer}.{part}_conv_base");
        weights = g.Add(weights, g.Reshape(g.View1D(fixedWeights, length * kernel, side * fixedWeights.Nb[2]), group, groups, kernel, 1));
        GraphTensor? sum = null;
        for (var tap = 0L; tap < kernel; tap++)
        {
            var values = g.Reshape(Shifted(graph, inBlocks, tap), length, tokens);
            var view = g.View4D(weights, new Dimensions(group, groups, 1, tokens), weights.Nb[1], weights.Nb[2], weights.Nb[3], tap * weights.Nb[2]);
            var term = g.Mul(g.Reshape(g.Cont(view), length, tokens), values);
            sum = sum is null ? term : g.Add(sum, term);
        }

        return sum!;
    }

    /// <summary>The tokens so many places before; zeros where the block begins.</summary>
    private static GraphTensor Shifted(ModelGraph graph, GraphTensor x, long places)
    {
        if (places == 0)
        {
            return x;
        }

        var g = graph.G;
        var (length, block, blocks) = (x.Ne[0], x.Ne[1], x.Ne[2]);
        var zeros = g.Fill(g.NewTensor(x.Type, length, Math.Min(places, block), blocks));
        return places < block ? g.Concat(zeros, g.View3D(x, length, block - places, blocks, x.Nb[1], x.Nb[2], 0), 1) : zeros;
    }

    private static long Length(ModelGraph graph, string key) =>
        graph.Shape.Number(key) is >= 1 and var length && length <= graph.Shape.EmbeddingLength
            ? (long)length
            : throw new UnknownGraphException($"The dflash model's {key} is none.");
}
