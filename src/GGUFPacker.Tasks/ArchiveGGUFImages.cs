using GGUFPacker.Tasks.Hosting;
using Microsoft.Build.Framework;

namespace GGUFPacker.Tasks;

/// <summary>Writes images of the store to an OCI layout.</summary>
public sealed class ArchiveGGUFImages : GGUFTask
{
    /// <summary>The images: references within the store, with the manifest's digest in metadata <c>Digest</c>.</summary>
    [Required]
    public ITaskItem[] Images { get; set; } = [];

    /// <summary>The store's directory.</summary>
    [Required]
    public string StorePath { get; set; } = "";

    /// <summary>A file (<c>.tar</c>), or a directory if it ends with a separator.</summary>
    [Required]
    public string ArchivePath { get; set; } = "";

    /// <summary>Where the archive lies.</summary>
    [Output]
    public string GeneratedArchiveOutputPath { get; private set; } = "";

    /// <summary>The images, with metadata <c>Manifest</c>, <c>Configuration</c>, <c>ManifestDigest</c> and <c>ManifestMediaType</c>.</summary>
    [Output]
    public ITaskItem[] GeneratedContainers { get; private set; } = [];

    /// <inheritdoc />
    protected override Task RunAsync(CancellationToken cancellationToken) => throw new NotSupportedException("There is no archive writer yet.");
}
