namespace GGUFPacker.Estimation.Engines;

/// <summary>What the platform takes besides what the engine allocates: an assumption, kept apart from what is known.</summary>
/// <param name="HostBytes">The process, its libraries and the server around the engine.</param>
/// <param name="DeviceBytes">A device's driver context and kernels.</param>
public sealed record PlatformFootprint(long HostBytes, long DeviceBytes)
{
    /// <summary>gguf-parser-go's assumption, which is near what a CUDA build of llama-server takes: 150 MiB and 250 MiB.</summary>
    public static PlatformFootprint Default { get; } = new(150L << 20, 250L << 20);

    /// <summary>Nothing.</summary>
    public static PlatformFootprint None { get; } = new(0, 0);
}
