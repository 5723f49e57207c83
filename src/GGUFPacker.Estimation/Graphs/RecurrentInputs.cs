namespace GGUFPacker.Estimation.Graphs;

/// <summary>Which states the batch's sequences begin with (llm_graph_input_rs).</summary>
/// <param name="Main">The batch's sequences.</param>
/// <param name="Extra">States that only move.</param>
internal sealed record RecurrentInputs(GraphTensor Main, GraphTensor Extra);
