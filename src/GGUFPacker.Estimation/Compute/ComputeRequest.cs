using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;

namespace GGUFPacker.Estimation.Compute;

/// <summary>All that the size of the compute buffers depends on.</summary>
internal sealed record ComputeRequest(ModelShape Shape, ResolvedContext Context, Placement Placement, CachePlan Caches);
