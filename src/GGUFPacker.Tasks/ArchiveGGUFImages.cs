using System.Collections.Immutable;
using GGUFPacker.Oci.Layouts;
using GGUFPacker.Oci.Store;
using GGUFPacker.Tasks.Hosting;
using GGUFPacker.Tasks.Publishing;
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

    /// <summary>A file (<c>.tar</c>), or a directory: one that is there, or a path that ends with a separator.</summary>
    [Required]
    public string ArchivePath { get; set; } = "";

    /// <summary>Where the archive lies.</summary>
    [Output]
    public string GeneratedArchiveOutputPath { get; private set; } = "";

    /// <summary>The images, with metadata <c>Manifest</c>, <c>Configuration</c>, <c>ManifestDigest</c> and <c>ManifestMediaType</c>.</summary>
    [Output]
    public ITaskItem[] GeneratedContainers { get; private set; } = [];

    /// <inheritdoc />
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        using var store = ContentStore.Open(StorePath);
        var images = PublishedImage.Find(store, Images, ProjectFile);
        var layout = images.Select(image => new LayoutImage(image.Manifest, image.Reference)).ToImmutableArray();
        var text = ArchivePath.Replace('\\', Path.DirectorySeparatorChar);
        var path = Path.GetFullPath(text, Path.GetDirectoryName(Path.GetFullPath(ProjectFile))!);
        if (Path.EndsInDirectorySeparator(text) || Directory.Exists(path))
        {
            await new LayoutWriter(store).WriteDirectoryAsync(Path.TrimEndingDirectorySeparator(path), layout, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await new LayoutWriter(store).WriteArchiveAsync(path, layout, cancellationToken).ConfigureAwait(false);
        }

        GeneratedArchiveOutputPath = path;
        GeneratedContainers = [.. images.Select(image => image.ToItem(store, image.Reference.Familiar))];
    }
}
