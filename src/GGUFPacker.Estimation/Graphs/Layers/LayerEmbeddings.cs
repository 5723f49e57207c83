using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// A short embedding of each token for each layer, of a table and of the token's embedding (build_inp_per_layer and project_per_layer_inputs of Gemma 3n and
/// 4).
/// </summary>
internal static class LayerEmbeddings
{
    /// <summary>All of them, a slice for each layer; null if the model has no such table.</summary>
    public static GraphTensor? Build(ModelGraph graph, GraphTensor x)
    {
        if (graph.FindWeight("per_layer_token_embd.weight") is not { } table)
        {
            return null;
        }

        var g = graph.G;
        var columns = table.Ne[0] / graph.Shape.Layers;
        var rows = g.GetRows(table, g.Input(TensorType.I32, graph.Tokens));
        rows = g.Scale(g.Reshape(rows, columns, graph.Shape.Layers, graph.Tokens));
        graph.Expand(rows);
        var projected = g.Scale(g.MulMat(graph.Weight("per_layer_model_proj.weight"), x));
        projected = g.Reshape(projected, columns, graph.Shape.Layers, graph.Tokens);
        projected = graph.RmsNorm(projected, graph.Weight("per_layer_proj_norm.weight"), -1);
        return g.Cont(g.Permute(g.Scale(g.Add(projected, rows)), 0, 2, 1, 3));
    }

    /// <summary>What a layer makes of its embeddings and of <paramref name="x"/>: a gate, a projection, a norm.</summary>
    public static GraphTensor Mix(ModelGraph graph, GraphTensor embeddings, GraphTensor x, int layer)
    {
        var g = graph.G;
        var y = g.Unary(graph.Multiply(graph.Weight(layer, "inp_gate"), x));
        y = g.Mul(y, g.View2D(embeddings, embeddings.Ne[0], embeddings.Ne[1], embeddings.Nb[1], layer * embeddings.Nb[2]));
        y = graph.Multiply(graph.Weight(layer, "proj"), y);
        return graph.RmsNorm(y, graph.Weight(layer, "post_norm"), layer);
    }
}
