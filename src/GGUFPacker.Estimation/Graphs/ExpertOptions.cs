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

    /// <summary>Whether experts are chosen by a sigmoid of the router's result, whatever makes their weights (Grove).</summary>
    public bool SelectsBySigmoid { get; init; }

    /// <summary>
    /// What the names of the matrices end with. Others than <c>_exps</c> are those of groups of experts: the chosen experts' numbers become their groups'.
    /// </summary>
    public string Suffix { get; init; } = Experts;

    /// <summary>The usual <see cref="Suffix"/>.</summary>
    public const string Experts = "_exps";

    /// <summary>Whether what goes into the last matrices may be too large for F16 (Mistral 4).</summary>
    public bool KeepsPrecision { get; init; }

    /// <summary>Whether the weights are applied before the experts rather than after (Llama 4).</summary>
    public bool WeighsInput { get; init; }
}
