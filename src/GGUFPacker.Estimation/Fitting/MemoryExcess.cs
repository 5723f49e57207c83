namespace GGUFPacker.Estimation.Fitting;

/// <summary>A limit that an estimate is beyond.</summary>
/// <param name="Name">A device's name, <c>VRAM</c> for all of them together, or <c>RAM</c>.</param>
/// <param name="Needed">Bytes that are needed.</param>
/// <param name="Limit">Bytes that there are.</param>
/// <param name="IsHost">Whether it is the host's.</param>
public sealed record MemoryExcess(string Name, long Needed, long Limit, bool IsHost);
