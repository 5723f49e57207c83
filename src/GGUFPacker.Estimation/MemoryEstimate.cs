using System.Collections.Immutable;

namespace GGUFPacker.Estimation;

/// <summary>The memory that an engine takes for a model.</summary>
public sealed record MemoryEstimate
{
    /// <summary>The model's architecture (general.architecture).</summary>
    public required string Architecture { get; init; }

    /// <summary>Whether the bytes are llama.cpp's own, or partly a closed form's.</summary>
    public required EstimateConfidence Confidence { get; init; }

    /// <summary>The context's parameters as the engine uses them.</summary>
    public required ResolvedContext Resolved { get; init; }

    /// <summary>The host.</summary>
    public required DeviceMemory Host { get; init; }

    /// <summary>The devices, in the order they were given; one that is not used has zeros.</summary>
    public required ImmutableArray<DeviceMemory> Devices { get; init; }

    /// <summary>The same bytes by the engine's buffers, those with nothing in them left out.</summary>
    public required ImmutableArray<MemoryBuffer> Buffers { get; init; }

    /// <summary>Bytes of the output buffer, which lies on the host.</summary>
    public required long Output { get; init; }

    /// <summary>Where each layer lies: a place in <see cref="Devices"/>, or null for the host. The last entry is the output layer.</summary>
    public required ImmutableArray<int?> LayerDevices { get; init; }

    /// <summary>Layers on devices, the output counted as one.</summary>
    public int OffloadedLayers => LayerDevices.Count(device => device is not null);

    /// <summary>Whether every layer and the output are on devices.</summary>
    public bool FullyOffloaded => OffloadedLayers == LayerDevices.Length;
}
