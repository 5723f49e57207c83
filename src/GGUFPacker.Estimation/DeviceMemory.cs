namespace GGUFPacker.Estimation;

/// <summary>What an engine takes on one device, or on the host, in bytes.</summary>
public sealed record DeviceMemory
{
    /// <summary>The device; of kind <see cref="ComputeDeviceKind.Cpu"/> it is the host.</summary>
    public required ComputeDevice Device { get; init; }

    /// <summary>The model's tensors.</summary>
    public required long Weights { get; init; }

    /// <summary>The part of <see cref="Weights"/> that are pages of the file: they count as cache of the system, not as the process' own memory.</summary>
    public long MappedWeights { get; init; }

    /// <summary>Attention and recurrent caches.</summary>
    public required long Cache { get; init; }

    /// <summary>Intermediate results, and inputs.</summary>
    public required long Compute { get; init; }

    /// <summary>Logits and embeddings for the caller.</summary>
    public required long Output { get; init; }

    /// <summary>The part of <see cref="Compute"/> that copies of the host's weights and of other devices' results take; 0 if unknown.</summary>
    public long Staging { get; init; }

    /// <summary>What the platform itself takes: the process, a device's driver context. An assumption of the caller's.</summary>
    public long Footprint { get; init; }

    /// <summary>Whole layers that lie here.</summary>
    public required int Layers { get; init; }

    /// <summary>All that the engine allocates: without <see cref="Footprint"/>.</summary>
    public long Allocated => Weights + Cache + Compute + Output;

    /// <summary>All of it, with the platform's own.</summary>
    public long Total => Allocated + Footprint;

    /// <summary>The part that is not pages of the file.</summary>
    public long Anonymous => Total - MappedWeights;
}
