using System.Collections.Immutable;
using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Compute;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation;

/// <summary>Bytes by buffer while they are summed.</summary>
internal sealed class BufferSums(Placement placement, EstimateOptions options)
{
    private readonly OrderedDictionary<(string Name, int Device), Sums> _sums = [];

    public void AddWeight(PlacedWeight weight, long fileOffset)
    {
        var sums = this[NameOf(weight), weight.Device];
        if (IsMapped(weight))
        {
            sums.Map(fileOffset, weight.Tensor.ByteLength);
        }
        else
        {
            sums.Weights += TraitsOf(weight.Device).AllocatedBytes(weight.Tensor.Type, weight.Tensor.Columns, weight.Tensor.Rows);
        }
    }

    public void AddCaches(CachePlan caches)
    {
        foreach (var cache in caches.Attention.Where(cache => !cache.IsShared))
        {
            foreach (var layer in cache.Layers)
            {
                AddCache(layer.Device, cache.KeyType, layer.KeyColumns, cache.Cells * cache.Streams);
                AddCache(layer.Device, cache.ValueType, layer.ValueColumns, cache.Cells * cache.Streams);
            }
        }

        if (caches.Recurrent is { } recurrent)
        {
            foreach (var (_, device) in recurrent.Layers)
            {
                AddCache(device, TensorType.F32, recurrent.RollingColumns, recurrent.Rows);
                AddCache(device, TensorType.F32, recurrent.StateColumns, recurrent.Rows);
            }
        }

        foreach (var state in caches.States)
        {
            AddCache(state.Device, TensorType.F32, state.Columns, state.Rows);
        }
    }

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

    private bool IsMapped(PlacedWeight weight) =>
        options.MemoryMap && (weight.Buffer == BufferKind.Host || (weight.Buffer == BufferKind.Device && TraitsOf(weight.Device).MapsHostMemory));

    private string NameOf(PlacedWeight weight) => weight.Buffer switch
    {
        BufferKind.Host => options.MemoryMap ? "CPU_Mapped" : "CPU",
        BufferKind.PinnedHost => "HOST",
        BufferKind.Repacked => "CPU_REPACK",
        _ => DeviceName(weight.Device),
    };

    private string DeviceName(int device) => device == Placement.Host ? "CPU" : placement.Devices[device].Device.Name;

    private DeviceTraits TraitsOf(int device) => device == Placement.Host ? DeviceTraits.Host : placement.Devices[device].Traits;

    private void AddCache(int device, TensorType type, long columns, long rows) =>
        this[DeviceName(device), device].Cache += TraitsOf(device).AllocatedBytes(type, columns, rows);

    private sealed class Sums
    {
        private long _mapBegin = long.MaxValue;
        private long _mapEnd;

        public long Weights;
        public long Cache;
        public long Compute;

        public long All => Weights + Cache + Compute;

        /// <summary>Extends the range of the file that is mapped: from the first of the buffer's tensors to the last, whatever lies between.</summary>
        public void Map(long offset, long length)
        {
            _mapBegin = Math.Min(_mapBegin, offset);
            _mapEnd = Math.Max(_mapEnd, offset + length);
            Weights = _mapEnd - _mapBegin;
        }
    }
}
