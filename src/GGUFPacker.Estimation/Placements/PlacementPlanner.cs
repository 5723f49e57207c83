using System.Collections.Immutable;
using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Placements;

/// <summary>Decides which device each layer and each weight goes to (llama_model_base::load_tensors).</summary>
internal static class PlacementPlanner
{
    public static Placement Plan(ModelShape shape, EstimateOptions options, IReadOnlyList<ComputeDevice> devices)
    {
        var used = DevicesInUse(options, devices);
        var layers = AssignLayers(shape, options, used);
        var weights = new WeightPlacer(shape, options, used, layers).Place();
        return new Placement(used, layers[..^1], layers[^1], weights, !options.TensorOverrides.IsEmpty);
    }

    private static ImmutableArray<PlacedDevice> DevicesInUse(EstimateOptions options, IReadOnlyList<ComputeDevice> devices)
    {
        // Other machines come first: layers then cross the network once.
        var all = devices.Where(device => device.Kind != ComputeDeviceKind.Cpu).Index().OrderBy(entry => entry.Item.Kind != ComputeDeviceKind.Rpc)
            .Select(entry => new PlacedDevice(entry.Item, entry.Index, DeviceTraits.Of(entry.Item.Kind))).ToImmutableArray();
        if (options.SplitMode != SplitMode.None || all.IsEmpty || options.MainDevice < 0)
        {
            return options.SplitMode == SplitMode.None && options.MainDevice < 0 ? [] : all;
        }

        return options.MainDevice < all.Length
            ? [all[options.MainDevice]]
            : throw new EstimateException($"The main device is number {options.MainDevice}, but there are only {all.Length}.");
    }

    /// <summary>Each layer's device and the output's. The last layers go to the devices first, the output counting as one more layer.</summary>
    private static ImmutableArray<int> AssignLayers(ModelShape shape, EstimateOptions options, ImmutableArray<PlacedDevice> devices)
    {
        var wanted = options.DeviceLayers >= 0 ? options.DeviceLayers : shape.Layers + 1;
        var first = Math.Max(shape.Layers + 1 - wanted, 0);
        var onDevices = devices.IsEmpty ? 0 : Math.Min(wanted, shape.Layers + 1);
        var splits = Splits(options, devices);
        var result = ImmutableArray.CreateBuilder<int>(shape.Layers + 1);
        for (var layer = 0; layer <= shape.Layers; layer++)
        {
            result.Add(layer < first || layer - first >= onDevices ? Placement.Host : DeviceAt((float)(layer - first) / onDevices, splits));
        }

        return result.MoveToImmutable();
    }

    // The first split point above the share, as std::upper_bound finds it.
    private static int DeviceAt(float share, float[] splits)
    {
        var device = Array.FindIndex(splits, split => split > share);
        return device < 0 ? throw new EstimateException("The tensor split leaves no device for some layers.") : device;
    }

    private static float[] Splits(EstimateOptions options, ImmutableArray<PlacedDevice> devices)
    {
        if (!options.TensorSplit.IsEmpty && options.TensorSplit.Length < devices.Length)
        {
            throw new EstimateException($"The tensor split names {options.TensorSplit.Length} shares for {devices.Length} devices.");
        }

        var byMemory = options.TensorSplit.IsEmpty || options.TensorSplit.Take(devices.Length).All(share => share == 0);
        var splits = new float[devices.Length];
        var sum = 0f;
        for (var i = 0; i < splits.Length; i++)
        {
            // Devices that say nothing of their memory count alike here; llama.cpp takes the host's free memory for each of them.
            sum += byMemory ? Math.Max(devices[i].Device.MemoryBytes, 1) : options.TensorSplit[i];
            splits[i] = sum;
        }

        for (var i = 0; i < splits.Length; i++)
        {
            splits[i] /= sum;
        }

        return splits;
    }
}
