using GGUFPacker.Estimation.Graphs;

namespace GGUFPacker.Estimation.Scheduling;

/// <summary>A graph as it is allocated: its nodes with the copies of inputs at the start of each split, and the backend of each.</summary>
internal sealed class ScheduledGraph
{
    /// <summary>The operations, and between them the copies that cross from one backend to another.</summary>
    public required List<GraphTensor> Nodes { get; init; }

    /// <summary>The backend's place of each node.</summary>
    public required List<int> NodeBackends { get; init; }

    /// <summary>What is allocated before all nodes.</summary>
    public required List<GraphTensor> Leafs { get; init; }

    /// <summary>The backend's place of each leaf.</summary>
    public required List<int> LeafBackends { get; init; }

    /// <summary>One more than the greatest number of a tensor in it.</summary>
    public required int TensorCount { get; init; }

    /// <summary>Runs of operations on one backend.</summary>
    public required int SplitCount { get; init; }

    /// <summary>The backend's place of each tensor of the graph by its number.</summary>
    public required int[] Backends { get; init; }
}
