namespace GGUFPacker.Estimation.Placements;

/// <summary>The kinds of buffer that weights lie in.</summary>
internal enum BufferKind
{
    /// <summary>The host's memory, allocated.</summary>
    Host,

    /// <summary>The host's memory that the first device reads directly.</summary>
    PinnedHost,

    /// <summary>The host's memory, in the layout of the CPU's kernels.</summary>
    Repacked,

    /// <summary>A device's memory.</summary>
    Device,

    /// <summary>Devices' memory, each having some of a matrix' rows.</summary>
    Split,
}
