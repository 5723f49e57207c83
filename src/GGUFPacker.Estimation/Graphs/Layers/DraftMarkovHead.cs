namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// DSpark's head: each position of a block is biased by the token before it, which the graph itself chooses (build_dspark_markov_head of llama.cpp's
/// src/models/dflash.cpp).
/// </summary>
internal static class DraftMarkovHead
{
    /// <summary>Replaces the graph's logits, if the model has such a head and the batch is of blocks as it was trained with.</summary>
    public static void Build(ModelGraph graph, GraphTensor tokens)
    {
        if (graph.FindWeight("markov_w1.weight") is not { } table)
        {
            return;
        }

        var (g, logits) = (graph.G, graph.Logits!);
        var block = graph.Shape.Number("block_size") ?? throw new UnknownGraphException("A DSpark model says no block_size.");
        var (all, rows, blocks) = (logits.Ne[0], logits.Ne[1], graph.Size.Sequences);
        var drafts = rows / blocks;
        if (drafts > block)
        {
            return;
        }

        // Some models have a token ahead of those that they predict.
        var first = graph.Shape.Number("sample_from_anchor") is 0 ? 1 : 0;
        var confidence = graph.FindWeight("conf_proj.weight");
        var previous = g.Cont(g.View2D(tokens, 1, blocks, drafts * tokens.Nb[0], 0), blocks, 1);
        GraphTensor? biased = null;
        GraphTensor? confidences = null;
        if (first > 0)
        {
            biased = g.Cont(Position(logits, all, 0));
            confidences = confidence is null ? null : g.Unary(g.Cont(Position(logits, 1, 0)));
        }

        for (var i = (long)first; i < drafts; i++)
        {
            var before = g.GetRows(table, previous);
            var bias = graph.Multiply(graph.Weight("markov_w2.weight"), before, graph.FindWeight("markov_w2.scale"));
            var column = g.Add(Position(logits, all, i), DraftVocabulary.Scatter(graph, bias));
            biased = biased is null ? column : g.Concat(biased, column, 1);
            if (confidence is not null)
            {
                var states = graph.Embeddings!;
                var features = g.Concat(g.Cont(Position(states, states.Ne[0], i)), before, 0);
                var likely = g.Unary(graph.AddBias(g.MulMat(confidence, features), graph.FindWeight("conf_proj.bias")));
                confidences = confidences is null ? likely : g.Concat(confidences, likely, 1);
            }

            previous = i + 1 < drafts ? g.ArgMax(column) : previous;
        }

        var inOrder = ByBlock(biased!, all);
        if (confidences is not null)
        {
            var states = graph.Embeddings!;
            graph.HiddenStates = g.Repeat(ByBlock(confidences, 1), states.Ne[0], states.Ne[1]);
            graph.Expand(graph.HiddenStates);
        }

        graph.Logits = inOrder;
        graph.Expand(inOrder);

        // The same position of every block.
        GraphTensor Position(GraphTensor x, long columns, long position) => g.View2D(x, columns, blocks, drafts * x.Nb[1], position * x.Nb[1]);

        GraphTensor ByBlock(GraphTensor x, long columns) =>
            g.Reshape(g.Cont(g.Permute(g.Reshape(x, columns, blocks, drafts), 0, 2, 1, 3)), columns, rows);
    }
}
