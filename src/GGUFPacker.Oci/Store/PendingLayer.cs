using System.Collections.Immutable;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// A layer around a file that is about to be written. Because a tar's header comes first and holds the size, the layer's digest can be computed while the file
/// is written,
/// if path and size are known beforehand.
/// </summary>
/// <param name="Path">The file's path in the image.</param>
/// <param name="Size">The size that the file will have.</param>
public sealed record PendingLayer(string Path, long Size)
{
    /// <summary>The file's permission bits.</summary>
    public int Mode { get; init; } = LayerEntry.DefaultFileMode;

    /// <summary>The number of the file's owner.</summary>
    public int UserId { get; init; }

    /// <summary>The number of the file's group.</summary>
    public int GroupId { get; init; }

    /// <summary>The time that the file and its directories carry, in seconds since the Unix epoch.</summary>
    public long Modified { get; init; }

    /// <summary>What else is in the layer; the file's directories are added by themselves.</summary>
    public ImmutableArray<LayerEntry> OtherEntries { get; init; } = [];
}
