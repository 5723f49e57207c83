namespace GGUFPacker.Estimation.Graphs;

/// <summary>How a layer of experts differs from the simplest one (the arguments of build_moe_ffn).</summary>
internal sealed record ExpertOptions
{
    /// <summary>Softmax, normalised, each expert gated.</summary>
    public static ExpertOptions Default { get; } = new();

    public ExpertGating Gating { get; init; } = ExpertGating.Softmax;

    /// <summary>What is between an expert's matrices.</summary>
    public Activation Activation { get; init; } = Activation.Gated;

    /// <summary>Whether the chosen experts' weights are divided by their sum.</summary>
    public bool Normalizes { get; init; } = true;

    /// <summary>Whether the weights are applied before the experts rather than after (Llama 4).</summary>
    public bool WeighsInput { get; init; }
}
