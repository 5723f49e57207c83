using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// Images as directories, for programs that read files: each file is a hard link to its content, so a model's bytes still lie on disk once. Nobody may write
/// through these links, so what is given to a container is mounted read-only. A tree stays until its image has no name any more and the store is pruned.
/// </summary>
public sealed class TreeArea
{
    private readonly StoreFiles _files;
    private readonly ContentArea _contents;

    internal TreeArea(StoreFiles files, ContentArea contents) => (_files, _contents) = (files, contents);

    /// <summary>Where an image's tree lies, if it is there.</summary>
    public string PathOf(Digest manifest) => StoreFiles.In(_files.Trees, manifest);

    /// <summary>
    /// Makes an image's tree, or completes it; several processes may do so at a time. A symbolic link to a file becomes that file; what could not be a file on
    /// this system is left out.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="cancellationToken">Stops; what is there stays.</param>
    /// <returns>The tree's directory.</returns>
    /// <exception cref="StoreException">The store lacks a content, or two of the image's names are one on this system.</exception>
    public string Place(ImageContent image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        var root = PathOf(image.Digest);
        Directory.CreateDirectory(root);
        var files = image.Files();
        if (IgnoresCase(root) && FindSameName(files.Keys) is var (one, other))
        {
            throw new StoreException($"The image has '{one}' and '{other}', which are one name on this system.");
        }

        foreach (var (path, entry) in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Resolve(files, path, entry) is { } real && LocalPath(root, path) is { } local)
            {
                Place(real, local);
            }
        }

        return root;
    }

    /// <summary>Two paths that differ in the case of their letters alone; null if there are none.</summary>
    internal static (string One, string Other)? FindSameName(IEnumerable<string> paths)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in paths)
        {
            if (!names.Add(path))
            {
                names.TryGetValue(path, out var other);
                return (other!, path);
            }
        }

        return null;
    }

    // The tree's own name, a digest, has small letters.
    private static bool IgnoresCase(string root) => Directory.Exists(Path.Combine(Path.GetDirectoryName(root)!, Path.GetFileName(root).ToUpperInvariant()));

    private void Place(LayerEntry entry, string local)
    {
        if (entry.Kind == LayerEntryKind.Directory)
        {
            Directory.CreateDirectory(local);
        }
        else if (!StoreFiles.IsWhole(local, entry.Size))
        {
            if (entry.Size == 0)
            {
                _files.Write(local, []);
            }
            else
            {
                _contents.Link(entry.Content, local);
            }
        }
    }

    // Links to directories are left out: a path through one is a path of the directory itself.
    private static LayerEntry? Resolve(IReadOnlyDictionary<string, LayerEntry> files, string path, LayerEntry entry)
    {
        if (entry.Kind is LayerEntryKind.File or LayerEntryKind.Directory)
        {
            return entry;
        }

        try
        {
            return LayerFiles.Resolve(files, path) is { Kind: LayerEntryKind.File } file ? file : null;
        }
        catch (LayerException)
        {
            return null;
        }
    }

    private static string? LocalPath(string root, string path)
    {
        try
        {
            return EntryPath.ToLocal(root, path);
        }
        catch (LayerException) when (OperatingSystem.IsWindows())
        {
            return null;
        }
    }
}
