using GGUFPacker.Estimation.Caches;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>The inputs of the attention over one cache (llm_graph_input_attn_kv, llm_graph_input_attn_k), or over the batch alone.</summary>
/// <param name="Cache">The cache; null if only the batch itself is attended to.</param>
/// <param name="KeyIndices">Where each token's keys are stored.</param>
/// <param name="ValueIndices">Where each token's values are stored.</param>
/// <param name="Mask">Which tokens see which cells.</param>
/// <param name="KeyRotation">The matrix that rotates keys and queries before they are quantized.</param>
/// <param name="ValueRotation">The matrix that rotates values.</param>
internal sealed record AttentionInputs(
    AttentionCache? Cache,
    GraphTensor? KeyIndices,
    GraphTensor? ValueIndices,
    GraphTensor Mask,
    GraphTensor? KeyRotation,
    GraphTensor? ValueRotation)
{
    /// <summary>Whether keys are computed before values: so it is unless one cache serves all layers.</summary>
    public bool KeysFirst { get; init; }
}
