namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>
/// The feed-forward networks of DeepSeek's relatives: a dense one in the first layers, then experts that are chosen as the header says, and one that all tokens
/// share if the layer has such.
/// </summary>
internal static class SharedExpertNetwork
{
    /// <param name="graph">The graph.</param>
    /// <param name="x">What goes in, normed.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="gating">How experts are chosen if the header does not say it.</param>
    public static GraphTensor Build(ModelGraph graph, GraphTensor x, int layer, ExpertGating gating)
    {
        if (!graph.HasExperts(layer))
        {
            return graph.FeedForward(x, layer, Activation.Gated);
        }

        var options = ExpertOptions.Default with
        {
            Gating = graph.GatingOr(gating),
            Normalizes = graph.NormalizesExperts,
            KeepsPrecision = graph.Shape.Architecture == "mistral4",
        };
        return graph.ExpertsAndShared(x, layer, options);
    }
}
