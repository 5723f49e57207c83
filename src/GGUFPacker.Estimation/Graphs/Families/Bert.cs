namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>bert</c> and those that share its graph: nomic-bert, nomic-bert-moe, jina-bert-v2 and -v3 (src/models/bert.cpp).</summary>
internal static class Bert
{
    private static readonly ExpertOptions Options = ExpertOptions.Default with { Activation = Activation.Plain, Normalizes = false };

    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var architecture = graph.Shape.Architecture;
        var positions = graph.InputPositions();
        var rotates = architecture is "nomic-bert" or "nomic-bert-moe" or "jina-bert-v3";
        var x = Embed(graph, positions);
        var inputs = graph.InputAttentionWithoutCache();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var (q, k, v) = graph.QueryKeyValue(x, layer);
            q = NormHeads(graph, q, layer, "attn_q_norm");
            k = NormHeads(graph, k, layer, "attn_k_norm");
            q = rotates ? g.Rope(q, positions) : q;
            k = rotates ? g.Rope(k, positions) : k;
            x = graph.Attention(inputs, q, k, v, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            x = NormOf(graph, g.Add(x, residual), layer, "attn_output_norm");
            if (graph.FindWeight(layer, "attn_norm_2") is not null)
            {
                x = NormOf(graph, g.Add(x, residual), layer, "attn_norm_2");
            }

            x = g.Add(FeedForward(graph, x, layer), x);
            x = NormOf(graph, x, layer, "layer_output_norm");
        }

        graph.Embeddings = x;
        graph.Expand(x);
    }

    private static GraphTensor Embed(ModelGraph graph, GraphTensor positions)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        if (graph.FindWeight("token_types.weight") is { } types)
        {
            x = g.Add(x, g.View1D(types, graph.Shape.EmbeddingLength, 0));
        }

        if (graph.Shape.Architecture == "bert")
        {
            x = g.Add(g.GetRows(graph.Weight("position_embd.weight"), positions), x);
        }

        return graph.Norm(x, graph.Weight("token_embd_norm.weight"), graph.FindWeight("token_embd_norm.bias"), NormKind.Layer, 0);
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        var every = (int)(graph.Shape.Number("moe_every_n_layers") ?? 0);
        if (every > 0 && layer % every == 1)
        {
            return graph.Experts(x, layer, Options);
        }

        return graph.Shape.Architecture switch
        {
            "nomic-bert" => graph.FeedForward(x, layer, Activation.Gated),
            "jina-bert-v2" => graph.FeedForward(x, layer, HoldsGate(graph, layer) ? Activation.Halved : Activation.Gated),
            _ => graph.FeedForward(x, layer, Activation.Plain),
        };
    }

    private static bool HoldsGate(ModelGraph graph, int layer) =>
        graph.FindWeight(layer, "ffn_gate") is null && graph.Weight(layer, "ffn_up").Ne[1] != graph.Shape.FeedForward[layer];

    private static GraphTensor NormHeads(ModelGraph graph, GraphTensor x, int layer, string name)
    {
        if (graph.FindWeight(layer, name) is null)
        {
            return x;
        }

        var rows = graph.G.Reshape(x, x.Ne[0] * x.Ne[1], graph.Tokens);
        return graph.G.Reshape(NormOf(graph, rows, layer, name), x.Ne[0], x.Ne[1], graph.Tokens);
    }

    private static GraphTensor NormOf(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.Norm(x, graph.Weight(layer, name), graph.FindBias(layer, name), NormKind.Layer, layer);
}
