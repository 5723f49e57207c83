namespace GGUFPacker.Estimation.Graphs;

/// <summary>For how large a batch a graph is built (llama_context::graph_reserve).</summary>
/// <param name="Tokens">Tokens, a multiple of the sequences.</param>
/// <param name="Sequences">Sequences.</param>
/// <param name="Outputs">Tokens that results are computed for.</param>
internal readonly record struct GraphSize(long Tokens, long Sequences, long Outputs)
{
    /// <summary>Rounds the tokens up to a multiple of the sequences.</summary>
    public static GraphSize Of(long tokens, long sequences, long outputs) => new((tokens + sequences - 1) / sequences * sequences, sequences, outputs);
}
