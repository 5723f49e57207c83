namespace GGUFPacker.Estimation;

/// <summary>A device that may take a part of a model.</summary>
/// <param name="Name">How reports call it, such as <c>GPU0</c>.</param>
/// <param name="Kind">How its backend allocates.</param>
/// <param name="MemoryBytes">Its free memory in bytes, by which layers are split when no split is given; 0 if unknown.</param>
public sealed record ComputeDevice(string Name, ComputeDeviceKind Kind, long MemoryBytes)
{
    /// <summary>Bytes a second that it can read from its memory; null if unknown. Only the upper bound of the speed needs it.</summary>
    public double? BytesPerSecond { get; init; }
}
