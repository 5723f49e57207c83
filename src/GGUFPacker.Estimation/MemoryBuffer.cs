namespace GGUFPacker.Estimation;

/// <summary>What lies in one kind of an engine's buffers, in bytes.</summary>
/// <param name="Name">
/// <c>CPU</c>, <c>CPU_Mapped</c> (pages of the file), <c>CPU_REPACK</c> (weights in the layout of the CPU's kernels), <c>HOST</c> (memory of the host that the
/// first device reads directly), or the device's name.
/// </param>
/// <param name="Device">The device's place among the estimate's devices; null is the host.</param>
/// <param name="Weights">The model's tensors.</param>
/// <param name="Cache">Attention and recurrent caches.</param>
/// <param name="Compute">Intermediate results, and inputs.</param>
public sealed record MemoryBuffer(string Name, int? Device, long Weights, long Cache, long Compute);
