using System.Collections.Immutable;

namespace GGUFPacker.Estimation.Compute;

/// <summary>Bytes of the compute buffers.</summary>
/// <param name="Host">The CPU backend's, which lies in pinned memory if the first device has such.</param>
/// <param name="Devices">Each device's, in the placement's order.</param>
/// <param name="Staging">The part of each device's that copies of the host's weights and of other devices' results take; zeros if unknown.</param>
/// <param name="IsExact">Whether these are llama.cpp's own bytes.</param>
internal sealed record ComputeBuffers(long Host, ImmutableArray<long> Devices, ImmutableArray<long> Staging, bool IsExact);
