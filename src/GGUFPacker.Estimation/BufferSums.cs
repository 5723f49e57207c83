using System.Collections.Immutable;
using GGUFPacker.Estimation.Compute;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation;

/// <summary>Bytes by buffer while they are summed.</summary>
internal sealed class BufferSums(Placement placement, EstimateOptions options)
{
    private readonly OrderedDictionary<(string Name, int Device), Sums> _sums = [];

    public void AddWeight(PlacedWeight weight) => this[NameOf(weight), weight.Device].Weights += PaddedBytes(weight.Tensor, TraitsOf(weight.Device));

    public void AddCache(int device, long bytes) => this[DeviceName(device), device].Cache += Pad(bytes, TraitsOf(device).Alignment);

    public void SetCompute(ComputeBuffers compute)
    {
        var pinned = !placement.Devices.IsEmpty && placement.Devices[0].Traits.HasPinnedMemory;
        this[pinned ? "HOST" : "CPU", Placement.Host].Compute += compute.Host;
        for (var i = 0; i < placement.Devices.Length; i++)
        {
            this[DeviceName(i), i].Compute += compute.Devices[i];
        }
    }

    public ImmutableArray<MemoryBuffer> ToImmutable() =>
    [
        .. _sums.Where(entry => entry.Value.All != 0).Select(entry => new MemoryBuffer(
            entry.Key.Name, IndexOf(entry.Key.Device), entry.Value.Weights, entry.Value.Cache, entry.Value.Compute)),
    ];

    /// <summary>What lies on one device, or on the host if <paramref name="index"/> is null.</summary>
    public DeviceMemory Sum(int? index, ComputeDevice device, long output, long staging, ImmutableArray<int?> layerDevices)
    {
        var parts = _sums.Where(entry => IndexOf(entry.Key.Device) == index).ToArray();
        return new DeviceMemory
        {
            Device = device,
            Weights = parts.Sum(part => part.Value.Weights),
            MappedWeights = parts.Where(part => part.Key.Name == "CPU_Mapped").Sum(part => part.Value.Weights),
            Cache = parts.Sum(part => part.Value.Cache),
            Compute = parts.Sum(part => part.Value.Compute),
            Output = output,
            Staging = staging,
            Layers = layerDevices[..^1].Count(layer => layer == index),
        };
    }

    private Sums this[string name, int device] => _sums.TryGetValue((name, device), out var sums) ? sums : _sums[(name, device)] = new Sums();

    private int? IndexOf(int device) => device == Placement.Host ? null : placement.Devices[device].Index;

    private string NameOf(PlacedWeight weight) => weight.Buffer switch
    {
        BufferKind.Host => options.MemoryMap ? "CPU_Mapped" : "CPU",
        BufferKind.PinnedHost => "HOST",
        BufferKind.Repacked => "CPU_REPACK",
        _ => DeviceName(weight.Device),
    };

    private string DeviceName(int device) => device == Placement.Host ? "CPU" : placement.Devices[device].Device.Name;

    private DeviceTraits TraitsOf(int device) => device == Placement.Host ? DeviceTraits.Host : placement.Devices[device].Traits;

    private static long PaddedBytes(TensorInfo tensor, DeviceTraits traits)
    {
        var bytes = tensor.ByteLength;
        var rest = traits.RowPadding == 0 || !tensor.Type.IsQuantized ? 0 : tensor.Columns % traits.RowPadding;
        return Pad(rest == 0 ? bytes : bytes + tensor.Type.RowBytes(traits.RowPadding - rest), traits.Alignment);
    }

    private static long Pad(long bytes, int alignment) => checked((bytes + alignment - 1) / alignment * alignment);

    private sealed class Sums
    {
        public long Weights;
        public long Cache;
        public long Compute;

        public long All => Weights + Cache + Compute;
    }
}
