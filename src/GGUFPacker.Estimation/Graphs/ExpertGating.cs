namespace GGUFPacker.Estimation.Graphs;

/// <summary>How experts are chosen (enum llama_expert_gating_func_type).</summary>
internal enum ExpertGating
{
    None = 0,
    Softmax = 1,
    Sigmoid = 2,

    /// <summary>Softmax over the chosen ones alone.</summary>
    SoftmaxWeight = 3,

    /// <summary>The root of softplus.</summary>
    SqrtSoftplus = 4,
}
