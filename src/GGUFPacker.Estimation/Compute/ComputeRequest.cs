using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;

namespace GGUFPacker.Estimation.Compute;

/// <summary>All that the size of the compute buffers depends on.</summary>
internal sealed record ComputeRequest(ModelShape Shape, ResolvedContext Context, Placement Placement, CachePlan Caches)
{
    /// <summary>Which fused operations graphs have besides the attention, of which the context says it.</summary>
    public FusedOperations Fused { get; init; } = FusedOperations.HyperConnections;

    /// <summary>Where the model that this one drafts for lies, if it shares weights with it.</summary>
    public Placement? Target { get; init; }
}
