using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>The smaller vocabulary that some drafters have: the tensor d2t says which of the target's tokens each of theirs is.</summary>
internal static class DraftVocabulary
{
    /// <summary>What was computed for the drafter's tokens, as a row for all of the target's; unchanged if the vocabularies are the same.</summary>
    public static GraphTensor Scatter(ModelGraph graph, GraphTensor x)
    {
        if (graph.FindWeight("d2t") is not { } places)
        {
            return x;
        }

        var g = graph.G;
        var (tokens, rows, all) = (x.Ne[0], x.Ne[1], graph.Shape.Vocabulary);
        var filled = g.Fill(g.NewTensor(TensorType.F32, 1, all, rows));
        var scattered = g.SetRows(filled, g.Reshape(x, 1, tokens, rows), g.Reshape(places, tokens, 1, 1));
        return g.Reshape(scattered, all, rows);
    }
}
