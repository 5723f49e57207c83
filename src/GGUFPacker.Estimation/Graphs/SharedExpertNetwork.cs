namespace GGUFPacker.Estimation.Graphs;

/// <summary>The feed-forward networks of DeepSeek's relatives: a dense one in the first layers, then experts of which a token uses some, and one that all tokens share.</summary>
internal static class SharedExpertNetwork
{
    /// <param name="graph">The graph.</param>
    /// <param name="x">What goes in, normed.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="gating">How experts are chosen if the header does not say it.</param>
    public static GraphTensor Build(ModelGraph graph, GraphTensor x, int layer, ExpertGating gating)
    {
        var shape = graph.Shape;
        if (layer < shape.DenseLeadLayers)
        {
            return graph.FeedForward(x, layer, Activation.Gated);
        }

        var said = (ExpertGating)(int)(shape.Number("expert_gating_func") ?? 0);
        var options = ExpertOptions.Default with
        {
            Gating = said == ExpertGating.None ? gating : said,
            Normalizes = shape.Number("expert_weights_norm") is not null and not 0,
        };
        return graph.G.Add(graph.Experts(x, layer, options), graph.FeedForward(x, layer, Activation.Gated, "_shexp"));
    }
}
