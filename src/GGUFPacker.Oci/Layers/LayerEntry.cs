using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Layers;

/// <summary>A file or directory in a layer.</summary>
/// <param name="Path">The path in the image with <c>/</c>, without one at the start or end: <c>app/model.gguf</c>.</param>
/// <param name="Kind">What it is.</param>
public sealed record LayerEntry(string Path, LayerEntryKind Kind)
{
    /// <summary>The mode of a file that says nothing else, 0644.</summary>
    public const int DefaultFileMode = 0b110_100_100;

    /// <summary>The mode of a directory that says nothing else, 0755.</summary>
    public const int DefaultDirectoryMode = 0b111_101_101;

    /// <summary>The permission bits.</summary>
    public int Mode { get; init; } = Kind == LayerEntryKind.Directory ? DefaultDirectoryMode : DefaultFileMode;

    /// <summary>The owner's number.</summary>
    public int UserId { get; init; }

    /// <summary>The group's number.</summary>
    public int GroupId { get; init; }

    /// <summary>A file's size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>A file's content in the store; not set for an empty file and for what is no file.</summary>
    public Digest Content { get; init; }

    /// <summary>Where a file's bytes lie in the layer's tar, for a file of a layer that the store need not have; null for a file of the store.</summary>
    public LayerPlace? Place { get; init; }

    /// <summary>Where a link points to; null for what is none.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>When it was changed, in seconds since the Unix epoch.</summary>
    public long Modified { get; init; }

    /// <summary>A regular file.</summary>
    public static LayerEntry File(string path, Digest content, long size) => new(path, LayerEntryKind.File) { Content = content, Size = size };

    /// <summary>A directory.</summary>
    public static LayerEntry Directory(string path) => new(path, LayerEntryKind.Directory);
}
