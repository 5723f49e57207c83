using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Estimation.Fitting;

/// <summary>
/// How much memory there is. A device whose size is known is a limit of its own; the host's is its device's size, if it is given, or <see cref="HostBytes"/>.
/// </summary>
public sealed record MemoryLimits
{
    /// <summary>Bytes on all devices together; null for no such limit.</summary>
    public long? DeviceBytes { get; init; }

    /// <summary>Bytes on the host, without pages of mapped files; null for no such limit.</summary>
    public long? HostBytes { get; init; }

    /// <summary>No limits but the devices' own.</summary>
    public static MemoryLimits None { get; } = new();

    /// <summary>Whether there is any limit, with these devices.</summary>
    public bool HasAny(IEnumerable<ComputeDevice> devices) => DeviceBytes is not null || HostBytes is not null || devices.Any(device => device.MemoryBytes > 0);

    /// <summary>Where an estimate is beyond a limit; empty if it fits.</summary>
    public IReadOnlyList<MemoryExcess> Excesses(EngineEstimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        var excesses = new List<MemoryExcess>();
        foreach (var device in estimate.Devices)
        {
            Check(device.Device.Name, device.Total, device.Device.MemoryBytes > 0 ? device.Device.MemoryBytes : null, isHost: false);
        }

        Check("VRAM", estimate.DeviceBytes, DeviceBytes, isHost: false);
        Check("RAM", estimate.HostBytes, HostBytes ?? (estimate.Host.Device.MemoryBytes > 0 ? estimate.Host.Device.MemoryBytes : null), isHost: true);
        return excesses;

        void Check(string name, long needed, long? limit, bool isHost)
        {
            if (needed > limit)
            {
                excesses.Add(new MemoryExcess(name, needed, limit.Value, isHost));
            }
        }
    }

    /// <summary>Whether an estimate is within all limits.</summary>
    public bool Fits(EngineEstimate estimate) => Excesses(estimate).Count == 0;
}
