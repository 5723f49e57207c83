namespace GGUFPacker.Estimation.Graphs;

/// <summary>What a feed-forward network does between its matrices, as far as memory depends on it (llm_ffn_op_type and llm_ffn_gate_type).</summary>
internal enum Activation
{
    /// <summary>A gate beside the matrix (SILU, GELU and others with LLM_FFN_PAR): one operation on both.</summary>
    Gated,

    /// <summary>One function, such as GELU, without a gate, or after one that follows the matrix (LLM_FFN_SEQ).</summary>
    Plain,

    /// <summary>RELU, squared.</summary>
    Squared,

    /// <summary>The gate is half of the matrix (LLM_FFN_SWIGLU, LLM_FFN_GEGLU).</summary>
    Halved,

    /// <summary>A gate beside the matrix that both are squeezed by tanh for, in operations of their own (LLM_FFN_SITU).</summary>
    Situ,
}
