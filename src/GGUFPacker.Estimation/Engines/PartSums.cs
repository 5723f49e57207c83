using System.Collections.Immutable;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Engines;

/// <summary>Bytes of a file beside the model's, by device, while they are summed.</summary>
internal sealed class PartSums(MemoryEstimate model)
{
    private readonly long[] _weights = new long[model.Devices.Length + 1];
    private readonly long[] _compute = new long[model.Devices.Length + 1];

    /// <summary>Adds a tensor on a device, or on the host if that is null.</summary>
    public void AddTensor(int? device, TensorInfo tensor) =>
        _weights[Slot(device)] += TraitsOf(device).AllocatedBytes(tensor.Type, tensor.Columns, tensor.Rows);

    /// <summary>Adds intermediate results.</summary>
    public void AddCompute(int? device, long bytes) => _compute[Slot(device)] += bytes;

    public EnginePart ToPart(EngineRole role, string architecture, EstimateConfidence confidence) => new(
        role, architecture, confidence, MemoryOf(model.Host, null), [.. model.Devices.Select((device, i) => MemoryOf(device, i))]);

    private DeviceMemory MemoryOf(DeviceMemory like, int? device) => new()
    {
        Device = like.Device,
        Weights = _weights[Slot(device)],
        Cache = 0,
        Compute = _compute[Slot(device)],
        Output = 0,
        Layers = 0,
    };

    private DeviceTraits TraitsOf(int? device) => device is { } index ? DeviceTraits.Of(model.Devices[index].Device.Kind) : DeviceTraits.Host;

    private static int Slot(int? device) => device + 1 ?? 0;
}
