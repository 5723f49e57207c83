using GGUFPacker.Estimation.Caches;

namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>The inputs of sparse attention (llm_graph_input_attn_k_dsa): those of the attention itself, and its indexer's.</summary>
/// <param name="Attention">Cache and mask of what is attended to.</param>
/// <param name="Indexer">The cache of the indexer's keys.</param>
/// <param name="KeyIndices">Where each token's indexer keys are stored.</param>
/// <param name="Mask">Which tokens see which cells, for the indexer.</param>
/// <param name="Rotation">The matrix that rotates the indexer's queries and keys; null in families that leave it out.</param>
internal sealed record SparseInputs(AttentionInputs Attention, AttentionCache Indexer, GraphTensor KeyIndices, GraphTensor Mask, GraphTensor? Rotation);
