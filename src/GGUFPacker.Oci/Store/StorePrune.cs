using System.Text.RegularExpressions;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// Removes what no name and no cache record leads to. First everything that is reachable is marked, then the rest is removed; while it runs nobody else has the
/// store open,
/// so that nothing is taken from under a build that has not yet named its result.
/// </summary>
public sealed partial class StorePrune
{
    private readonly StoreFiles _files;
    private readonly BlobArea _blobs;
    private readonly TagArea _tags;
    private readonly HashSet<Digest> _marked = [];
    private readonly Queue<Digest> _open = new();

    private StorePrune(StoreFiles files)
    {
        _files = files;
        _blobs = new BlobArea(files);
        _tags = new TagArea(files);
    }

    [GeneratedRegex("sha256:[0-9a-f]{64}", RegexOptions.CultureInvariant)]
    private static partial Regex AnyDigest { get; }

    /// <summary>Prunes a store.</summary>
    /// <param name="root">The store's directory.</param>
    /// <param name="cacheAge">Cache records that are older than this are forgotten first; null keeps all.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="StoreException">Somebody uses the store.</exception>
    public static PruneReport Run(string root, TimeSpan? cacheAge, TimeProvider? time = null)
    {
        var files = new StoreFiles(Path.GetFullPath(root), time ?? TimeProvider.System);
        files.Create();
        using var storeLock = StoreLock.TryExclude(files.Lock)
            ?? throw new StoreException($"The store '{files.Root}' is in use; pruning waits for nobody. Try again when no build, push or pull runs.");
        return new StorePrune(files).Run(cacheAge);
    }

    private PruneReport Run(TimeSpan? cacheAge)
    {
        var removed = new PruneReport(0, 0);
        if (cacheAge is { } age)
        {
            var limit = _files.Time.GetUtcNow().UtcDateTime - age;
            removed = Sweep(_files.Cache, file => file.LastWriteTimeUtc >= limit, removed);
        }

        Mark();
        RemoveTrees();
        removed = Sweep(_files.Contents, IsMarked, removed);
        removed = Sweep(_files.Blobs, IsMarked, removed);
        removed = Sweep(_files.Layers, IsMarked, removed);
        removed = Sweep(_files.Origins, IsMarked, removed);
        removed = Sweep(_files.Temporary, _ => false, removed);
        return Sweep(_files.Partial, _ => false, removed);
    }

    // A digest may name a manifest, a layer or a content, or several of them; each way is followed.
    private void Mark()
    {
        foreach (var tag in _tags.List())
        {
            Add(tag.Manifest.Digest);
        }

        foreach (var record in Directory.EnumerateFiles(_files.Cache))
        {
            AddAll(File.ReadAllText(record));
        }

        while (_open.TryDequeue(out var digest))
        {
            if (_blobs.Find(digest) is { } blob && blob.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{', ..])
            {
                // Manifests, indexes and configs name what they are made of; whatever else looks like a digest in them does no harm.
                AddAll(System.Text.Encoding.UTF8.GetString(blob));
            }

            if (StoreFiles.ReadIfThere(StoreFiles.In(_files.Layers, digest, ".json"), long.MaxValue) is { } recipe)
            {
                foreach (var segment in LayerRecipeJson.Parse(recipe).Segments.Where(s => s.IsContent))
                {
                    Add(segment.Content);
                }
            }
        }
    }

    private void AddAll(string text)
    {
        foreach (Match match in AnyDigest.Matches(text))
        {
            Add(Digest.Parse(match.Value));
        }
    }

    private void Add(Digest digest)
    {
        if (_marked.Add(digest))
        {
            _open.Enqueue(digest);
        }
    }

    // What is in a tree are links to contents, which are counted where they lie. A program that still reads one of them keeps it open.
    private void RemoveTrees()
    {
        foreach (var directory in new DirectoryInfo(_files.Trees).EnumerateDirectories())
        {
            if (!Digest.TryParse("sha256:" + directory.Name, out var digest) || !_marked.Contains(digest))
            {
                StoreFiles.TryDeleteDirectory(directory);
            }
        }
    }

    private bool IsMarked(FileInfo file) =>
        Digest.TryParse("sha256:" + Path.GetFileNameWithoutExtension(file.Name), out var digest) && _marked.Contains(digest);

    private static PruneReport Sweep(string directory, Func<FileInfo, bool> keeps, PruneReport sofar)
    {
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
        {
            var size = file.Length;
            if (!keeps(file) && StoreFiles.TryDelete(file.FullName))
            {
                sofar = new PruneReport(sofar.Files + 1, sofar.Bytes + size);
            }
        }

        return sofar;
    }
}
