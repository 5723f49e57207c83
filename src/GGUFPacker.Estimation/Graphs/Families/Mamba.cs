using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>mamba</c> and <c>mamba2</c> (src/models/mamba.cpp).</summary>
internal static class Mamba
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var isSecond = graph.Shape.Architecture == "mamba2";
        var x = graph.InputEmbeddings();
        var inputs = graph.InputRecurrent();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = isSecond ? StateSpaceLayer.BuildSecond(graph, inputs, x, layer) : StateSpaceLayer.BuildFirst(graph, inputs, x, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            x = g.Add(x, residual);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }
}
