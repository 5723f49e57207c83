using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Tasks.Reporting;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace GGUFPacker.Tasks.Publishing;

/// <summary>An image that the last build left in the store.</summary>
/// <param name="Reference">Its name in the store.</param>
/// <param name="Manifest">Its manifest.</param>
internal sealed record PublishedImage(ImageReference Reference, Descriptor Manifest)
{
    /// <summary>Finds a build's images.</summary>
    /// <param name="store">The store.</param>
    /// <param name="items">Their references, with the digest in metadata <c>Digest</c>.</param>
    /// <param name="projectFile">The place of a fault.</param>
    /// <exception cref="BuildException">The store no longer has one of them.</exception>
    public static ImmutableArray<PublishedImage> Find(ContentStore store, IEnumerable<ITaskItem> items, string projectFile) =>
    [
        .. items.Select(item =>
        {
            var reference = ImageReference.Parse(item.ItemSpec);
            return store.Tags.Find(reference) is { } tag && tag.Manifest.Digest.ToString() == item.GetMetadata("Digest")
                ? new PublishedImage(reference, tag.Manifest)
                : throw ProjectFault.At(
                    SourceSpan.File(projectFile),
                    TaskDiagnosticCodes.ImageGone,
                    $"The store '{store.Root}' no longer has the image {item.ItemSpec} of the last build.");
        }),
    ];

    /// <summary>The image's name in a registry.</summary>
    /// <exception cref="BuildException">That is no registry.</exception>
    public ImageReference Destination(string registry, string projectFile)
    {
        var repository = Reference.Repository;

        // A name without a slash was put below Docker Hub's library.
        const string Library = "library/";
        var text = $"{registry}/{(repository.StartsWith(Library, StringComparison.Ordinal) ? repository[Library.Length..] : repository)}:{Reference.Tag}";
        return ImageReference.TryParse(text, out var destination, out var error) && destination.Registry.Name == registry
            ? destination
            : throw ProjectFault.At(
                ProjectLocation.OfProperty(projectFile, "ContainerRegistry"),
                TaskDiagnosticCodes.InvalidRegistry,
                error ?? $"'{registry}' is no registry.");
    }

    /// <summary>The item that targets behind publish get, as from the .NET SDK's container support.</summary>
    public TaskItem ToItem(ContentStore store, string name)
    {
        var manifest = store.Blobs.Get(Manifest.Digest);
        return new TaskItem(name, new Dictionary<string, string>
        {
            ["Manifest"] = Encoding.UTF8.GetString(manifest),
            ["Configuration"] = Encoding.UTF8.GetString(store.Blobs.Get(ImageManifest.Parse(manifest).Config.Digest)),
            ["ManifestDigest"] = Manifest.Digest.ToString(),
            ["ManifestMediaType"] = Manifest.MediaType,
        });
    }
}
