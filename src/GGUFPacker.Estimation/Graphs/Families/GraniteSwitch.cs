using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>graniteswitch</c> (src/models/granite-switch.cpp): a head of its own finds which adapter a token belongs to, and the adapters' matrices are
/// chosen as experts are.
/// </summary>
internal static class GraniteSwitch
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var tokens = g.Input(TensorType.I32, graph.Tokens);
        var keySignal = g.Input(TensorType.F32, graph.Tokens);
        var valueSignal = g.Input(TensorType.F32, graph.Tokens);
        var querySignal = g.Input(TensorType.F32, graph.Tokens);
        var x = g.GetRows(graph.Weight("token_embd.weight"), tokens);
        x = shape.Number("embedding_scale") is null or 0 ? x : g.Scale(x);
        var positions = shape.Number("rope.scaling.finetuned") is 0 ? null : graph.InputPositions();
        var inputs = graph.InputAttention();
        var adapters = Route(graph, inputs, querySignal, keySignal, valueSignal);
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = Attend(graph, inputs, graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer), positions, adapters, layer);
            if (layer == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
                adapters = g.GetRows(g.Reshape(adapters, 1, adapters.Ne[0]), outputIds);
                adapters = g.Reshape(adapters, outputIds.Ne[0]);
            }

            var attended = g.Add(ScaleResult(graph, x), residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            var gate = Adapted(graph, x, adapters, layer, "ffn_gate");
            var up = Adapted(graph, x, adapters, layer, "ffn_up");
            x = Adapted(graph, g.Mul(g.Unary(gate), up), adapters, layer, "ffn_down");
            x = g.Add(ScaleResult(graph, x), attended);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1), scalesLogits: true);
    }

    // One head, of whose elements only the first says anything: the value of the token that it attends to is the adapter's number.
    private static GraphTensor Route(ModelGraph graph, AttentionInputs inputs, GraphTensor query, GraphTensor key, GraphTensor value)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var routed = graph.AttentionCore(inputs, Lane(query), Lane(key), Lane(value), shape.RouterLayer);
        var slot = g.Cont(g.View2D(routed, 1, graph.Tokens, routed.Nb[1], 0));
        slot = g.Unary(g.Clamp(g.Reshape(slot, graph.Tokens)));
        return g.Cast(slot, TensorType.I32);

        GraphTensor Lane(GraphTensor signal) => g.Pad(g.Reshape(signal, 1, 1, graph.Tokens), shape.FullValueLength - 1);
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor? positions, GraphTensor adapters, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long length = shape.KeyLength(layer);
        var queries = length * shape.Heads[layer];
        var keys = length * shape.KeyValueHeads[layer];
        var qkv = g.MulMat(graph.Weight(layer, "attn_qkv"), x);
        var (q, k, v) = (Part(0, queries), Part(queries, keys), Part(queries + keys, keys));
        q = g.Reshape(g.Add(q, Delta(graph, x, adapters, layer, "attn_q")), length, shape.Heads[layer], graph.Tokens);
        k = g.Reshape(g.Add(k, Delta(graph, x, adapters, layer, "attn_k")), length, shape.KeyValueHeads[layer], graph.Tokens);
        v = g.Reshape(g.Add(v, Delta(graph, x, adapters, layer, "attn_v")), length, shape.KeyValueHeads[layer], graph.Tokens);
        if (positions is not null)
        {
            q = g.Rope(q, positions);
            k = g.Rope(k, positions);
        }

        x = graph.AttentionCore(inputs, q, k, v, layer);
        return Adapted(graph, x, adapters, layer, "attn_output");

        GraphTensor Part(long start, long columns) => g.Cont(g.View2D(qkv, columns, qkv.Ne[1], qkv.Nb[1], start * qkv.Nb[0]));
    }

    private static GraphTensor ScaleResult(ModelGraph graph, GraphTensor x) => graph.Shape.Number("residual_scale") is null or 0 ? x : graph.G.Scale(x);

    /// <summary>build_switched_lora_mm: a product, and what each token's adapter adds to it.</summary>
    private static GraphTensor Adapted(ModelGraph graph, GraphTensor x, GraphTensor adapters, int layer, string name)
    {
        var product = graph.G.MulMat(graph.Weight(layer, name), x);
        return graph.G.Add(product, Delta(graph, x, adapters, layer, name));
    }

    private static GraphTensor Delta(ModelGraph graph, GraphTensor x, GraphTensor adapters, int layer, string name)
    {
        var g = graph.G;
        var tokens = x.Ne[1];
        var chosen = g.Reshape(adapters, 1, tokens);
        var low = g.MulMatId(graph.Weight($"blk.{layer}.{name}.lora_a"), g.Reshape(x, x.Ne[0], 1, tokens), chosen);
        var delta = g.MulMatId(graph.Weight($"blk.{layer}.{name}.lora_b"), low, chosen);
        return g.Reshape(delta, delta.Ne[0], tokens);
    }
}
