using GGUFPacker.Estimation.Graphs;

namespace GGUFPacker.Estimation.Scheduling;

/// <summary>A run of operations on one backend (ggml_backend_sched_split).</summary>
/// <param name="backend">The backend's place.</param>
/// <param name="start">The first node.</param>
internal sealed class GraphSplit(int backend, int start)
{
    public int Backend { get; } = backend;

    public int Start { get; } = start;

    /// <summary>One past the last node.</summary>
    public int End { get; set; }

    /// <summary>Tensors of other backends that are copied to this one when the split begins.</summary>
    public List<GraphTensor> Inputs { get; } = [];
}
