using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// DFlash 2's selector: the best tokens of each position, and how well each follows those before (build_dflash2_selector of llama.cpp's src/models/dflash.cpp).
/// </summary>
internal static class DraftSelector
{
    /// <summary>Adds what the selector gives, if the model has one.</summary>
    public static void Build(ModelGraph graph, GraphTensor tokens)
    {
        if (graph.FindWeight("selector_hidden.weight") is not { } hidden)
        {
            return;
        }

        var (g, shape, logits) = (graph.G, graph.Shape, graph.Logits!);
        var (rows, blocks) = (graph.Tokens, graph.Size.Sequences);
        var each = rows / blocks;
        var top = Positive(graph, "selector_top_k");
        var rank = Positive(graph, "selector_rank");
        var block = Math.Min(each, Positive(graph, "block_size"));
        var candidates = g.TopK(logits, top);
        var scores = g.Reshape(g.GetRows(g.Reshape(logits, 1, logits.Ne[0], rows), candidates), top, rows);
        var gate = graph.Multiply(hidden, graph.Embeddings!);
        var candidatesByBlock = g.Reshape(candidates, top, each, blocks);
        var scoresByBlock = g.Reshape(scores, top, each, blocks);
        var gateByBlock = g.Reshape(gate, rank, each, blocks);

        var packed = g.Fill(g.NewTensor(TensorType.F32, shape.EmbeddingLength, 1, blocks));
        if (block > 1)
        {
            // The first position follows a token that is known.
            var anchors = g.Cont(g.View2D(tokens, 1, blocks, each * tokens.Nb[0], 0), blocks, 1);
            packed = g.Concat(packed, Score(1, 1, anchors), 1);
        }

        if (block > 2)
        {
            var run = block - 2;
            var before = g.Cont(g.View3D(candidatesByBlock, top, run, blocks, candidatesByBlock.Nb[1], candidatesByBlock.Nb[2], candidatesByBlock.Nb[1]));
            packed = g.Concat(packed, Score(2, run, g.Reshape(before, top * run * blocks)), 1);
        }

        packed = g.Reshape(packed, shape.EmbeddingLength, block * blocks);
        graph.HiddenStates = packed;
        graph.Expand(packed);

        GraphTensor Score(long start, long count, GraphTensor before)
        {
            var chosen = Run(candidatesByBlock, top);
            var alone = Run(scoresByBlock, top);
            var gates = Run(gateByBlock, rank);
            var pairs = before.Ne[0] / (count * blocks);
            var next = g.Reshape(g.GetRows(graph.Weight("selector_successor.weight"), g.Reshape(chosen, top * count * blocks)), rank, top, count, blocks);
            var last = g.Reshape(g.GetRows(graph.Weight("selector_predecessor.weight"), before), rank, pairs, count, blocks);
            var gated = g.Mul(last, g.Repeat(g.Reshape(gates, rank, 1, count, blocks), rank, pairs, count, blocks));
            var score = g.MulMat(next, gated);
            score = pairs == 1 ? g.Repeat(score, top, top, count, blocks) : score;
            score = g.Add(score, g.Repeat(g.Reshape(alone, top, 1, count, blocks), score.Ne[0], score.Ne[1], count, blocks));
            var row = g.Concat(g.Cast(chosen, TensorType.F32), g.Reshape(score, top * top, count, blocks), 0);
            return g.Pad(row, shape.EmbeddingLength - top - (top * top));

            GraphTensor Run(GraphTensor x, long columns) => g.Cont(g.View3D(x, columns, count, blocks, x.Nb[1], x.Nb[2], start * x.Nb[1]));
        }
    }

    // Nothing here is larger than an embedding: llama.cpp packs the results into one.
    private static long Positive(ModelGraph graph, string key) =>
        graph.Shape.Number(key) is >= 1 and var value && value <= graph.Shape.EmbeddingLength
            ? (long)value
            : throw new UnknownGraphException($"The dflash model's {key} is none.");
}
