using System.Collections.Immutable;

namespace GGUFPacker.Estimation.Engines;

/// <summary>What one of the files that an engine is started with takes.</summary>
/// <param name="Role">What it is.</param>
/// <param name="Architecture">Its architecture.</param>
/// <param name="Confidence">Whether the bytes are llama.cpp's own.</param>
/// <param name="Host">Its part on the host.</param>
/// <param name="Devices">Its part on each device.</param>
public sealed record EnginePart(EngineRole Role, string Architecture, EstimateConfidence Confidence, DeviceMemory Host, ImmutableArray<DeviceMemory> Devices);
