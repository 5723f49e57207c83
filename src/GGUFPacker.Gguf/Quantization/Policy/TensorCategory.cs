namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>What a tensor does in a model, as far as the mixtures care: llama.cpp's broad categories, which go by parts of the name.</summary>
internal enum TensorCategory
{
    TokenEmbedding,
    Output,
    AttentionQkv,
    AttentionKvB,
    AttentionV,
    AttentionK,
    AttentionQ,
    AttentionOutput,
    FfnUp,
    FfnGate,
    FfnDown,
    Other,
}
