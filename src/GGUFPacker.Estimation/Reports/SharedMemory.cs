namespace GGUFPacker.Estimation.Reports;

/// <summary>
/// What a device takes on a machine whose devices share the host's memory (UMA in the table): pages of a mapped file serve host and device alike, and the
/// platform's own part is left out.
/// </summary>
public static class SharedMemory
{
    /// <summary>Bytes of a device, or of the host.</summary>
    public static long Of(DeviceMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        return memory.Allocated - memory.MappedWeights;
    }
}
