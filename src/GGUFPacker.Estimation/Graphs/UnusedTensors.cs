namespace GGUFPacker.Estimation.Graphs;

/// <summary>Tensors that llama.cpp loads if a file has them, and that the family's graph leaves out all the same.</summary>
[Flags]
internal enum UnusedTensors
{
    None = 0,

    /// <summary>attn_output.bias.</summary>
    AttentionOutputBias = 1,

    /// <summary>ffn_up.bias, ffn_gate.bias and ffn_down.bias.</summary>
    FeedForwardBiases = 2,

    /// <summary>attn_q_norm.bias and attn_k_norm.bias.</summary>
    HeadNormBiases = 4,

    /// <summary>output.bias.</summary>
    LogitsBias = 8,

    /// <summary>output.scale.</summary>
    LogitsScale = 16,

    /// <summary>The biases and scales of attn_q, attn_k, attn_v and attn_qkv.</summary>
    ProjectionBiasesAndScales = 32,
}
