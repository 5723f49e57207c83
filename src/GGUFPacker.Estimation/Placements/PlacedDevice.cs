namespace GGUFPacker.Estimation.Placements;

/// <summary>A device in use and how its backend allocates.</summary>
/// <param name="Device">The device.</param>
/// <param name="Index">Its place among the devices that the estimate was asked for.</param>
/// <param name="Traits">How its backend allocates.</param>
internal sealed record PlacedDevice(ComputeDevice Device, int Index, DeviceTraits Traits);
