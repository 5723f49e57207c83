using System.Collections.Immutable;
using GGUFPacker.Estimation.Placements;

namespace GGUFPacker.Estimation.Scheduling;

/// <summary>The backends of a placement's devices and of the host, and the kinds of memory that tensors lie in.</summary>
internal sealed class BackendSet
{
    private readonly BufferType _host = new() { Name = "CPU", IsHost = true, Alignment = DeviceTraits.Host.Alignment };
    private readonly BufferType _pinned = new() { Name = "pinned", IsHost = true, Alignment = DeviceTraits.Host.Alignment };
    private readonly BufferType _repacked = new() { Name = "CPU repacked", IsCpuExtra = true, Alignment = DeviceTraits.Host.Alignment };
    private readonly ImmutableArray<BufferType> _devices;

    public BackendSet(Placement placement)
    {
        ArgumentNullException.ThrowIfNull(placement);
        _devices =
        [
            .. placement.Devices.Select((device, place) => new BufferType
            {
                Name = device.Device.Name,
                Device = place,
                Alignment = device.Traits.Alignment,
                RowPadding = device.Traits.RowPadding,
                ConvertsAttentionCache = device.Device.Kind == ComputeDeviceKind.Cuda,
            }),
        ];

        // The CPU's results lie where the first device reads them fastest (llama_context's constructor).
        var isPinned = placement.Devices is [var first, ..] && first.Traits.HasPinnedMemory;
        Backends =
        [
            .. placement.Devices.Select(
                (device, place) => new Backend { Device = place, Compute = _devices[place], OffloadBatch = device.Traits.OffloadBatch }),
            new Backend { Device = Placement.Host, Compute = isPinned ? _pinned : _host },
        ];
        Compute = [.. Backends.Select(backend => backend.Compute)];
    }

    /// <summary>In order of preference; the CPU is last.</summary>
    public ImmutableArray<Backend> Backends { get; }

    /// <summary>The memory of each backend's results.</summary>
    public ImmutableArray<BufferType> Compute { get; }

    /// <summary>The place of the backend of a device, or of the host.</summary>
    public int PlaceOf(int device) => device == Placement.Host ? Backends.Length - 1 : device;

    /// <summary>The memory of a weight.</summary>
    public BufferType Of(PlacedWeight weight) => weight.Buffer switch
    {
        BufferKind.Host => _host,
        BufferKind.PinnedHost => _pinned,
        BufferKind.Repacked => _repacked,
        _ => _devices[weight.Device],
    };

    /// <summary>The memory of a layer's cache.</summary>
    public BufferType OfCache(int device) => device == Placement.Host ? _host : _devices[device];
}
