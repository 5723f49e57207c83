namespace GGUFPacker.Conversion.Architectures;

/// <summary>How a router's numbers become the experts' weights, by llama.cpp's numbers (enum llama_expert_gating_func_type).</summary>
internal enum ExpertGating
{
    /// <summary>softmax over the experts.</summary>
    Softmax = 1,

    /// <summary>sigmoid of each.</summary>
    Sigmoid = 2,

    /// <summary>softmax over the weights of the experts that were chosen.</summary>
    SoftmaxWeight = 3,

    /// <summary>Square root of softplus.</summary>
    SqrtSoftplus = 4,
}
