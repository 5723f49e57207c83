using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// Removes what no name and no record of a build leads to. First everything that is reachable is marked, then the rest is removed; while it runs nobody else
/// has the store open, so that nothing is taken from under a build that has not yet named its result.
/// </summary>
public sealed class StorePrune
{
    private readonly StoreFiles _files;
    private readonly PruneOptions _options;
    private readonly StoreReach _reach;
    private readonly Dictionary<Digest, int> _marks = [];
    private readonly HashSet<string> _forgotten = new(StringComparer.Ordinal);

    private StorePrune(StoreFiles files, PruneOptions options)
    {
        _files = files;
        _options = options;
        _reach = new StoreReach(files);
    }

    /// <summary>Prunes a store.</summary>
    /// <param name="root">The store's directory.</param>
    /// <param name="options">What goes besides what nothing leads to; null for nothing.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="StoreException">Somebody uses the store.</exception>
    public static PruneReport Run(string root, PruneOptions? options = null, TimeProvider? time = null)
    {
        options ??= new PruneOptions();
        var files = new StoreFiles(Path.GetFullPath(root), time ?? TimeProvider.System);
        files.Create();

        // Who only looks may look while others build.
        using var storeLock = (options.DryRun ? StoreLock.Share(files.Lock) : StoreLock.TryExclude(files.Lock))
            ?? throw new StoreException($"The store '{files.Root}' is in use; pruning waits for nobody. Try again when no build, push or pull runs.");
        return new StorePrune(files, options).Run();
    }

    private PruneReport Run()
    {
        var roots = _reach.Roots().Select(root => (Root: root, Reached: _reach.From(root))).OrderBy(entry => entry.Root.LastUsed).ToList();
        var kept = roots.Where(entry => !IsOld(entry.Root)).ToList();
        foreach (var digest in kept.SelectMany(entry => entry.Reached))
        {
            _marks[digest] = _marks.GetValueOrDefault(digest) + 1;
        }

        foreach (var (root, _) in roots.Where(entry => IsOld(entry.Root)))
        {
            _forgotten.Add(root.Path);
        }

        if (_options.KeepBytes is { } limit)
        {
            Forget(kept, limit);
        }

        var report = new PruneReport(0, 0, 0);
        foreach (var directory in new[] { _files.Cache, _files.Tags })
        {
            report = Sweep(directory, file => !_forgotten.Contains(file.FullName), report);
        }

        foreach (var directory in new[] { _files.Contents, _files.Blobs, _files.Layers, _files.Origins, _files.Seals })
        {
            report = Sweep(directory, IsMarked, report);
        }

        RemoveTrees();
        report = Sweep(_files.Temporary, _ => false, report);
        foreach (var directory in _options.DryRun ? [] : new DirectoryInfo(_files.Temporary).EnumerateDirectories())
        {
            StoreFiles.TryDeleteDirectory(directory);
        }

        Sweep(_files.Locks, _ => false, report);
        return Sweep(_files.Partial, file => !_options.All && Now - file.LastWriteTimeUtc <= (_options.OlderThan ?? StoreFiles.PartialAge), report);
    }

    private DateTimeOffset Now => _files.Time.GetUtcNow();

    private bool IsOld(StoreRoot root) =>
        (root.Tag is null || _options.IncludeImages) && (_options.All || (_options.OlderThan is { } age && Now - root.LastUsed > age));

    // Those of use longest ago go first, and as few as do.
    private void Forget(List<(StoreRoot Root, HashSet<Digest> Reached)> kept, long limit)
    {
        var sizes = new Dictionary<Digest, long>();
        foreach (var file in new[] { _files.Contents, _files.Blobs, _files.Layers }.SelectMany(directory => new DirectoryInfo(directory).EnumerateFiles()))
        {
            if (DigestOf(file) is { } digest)
            {
                sizes[digest] = sizes.GetValueOrDefault(digest) + StoreFiles.LengthOf(file);
            }
        }

        var bytes = sizes.Sum(size => _marks.ContainsKey(size.Key) ? size.Value : 0);
        foreach (var (root, reached) in kept)
        {
            if (bytes <= limit)
            {
                return;
            }

            if (root.Tag is not null && !_options.IncludeImages)
            {
                continue;
            }

            _forgotten.Add(root.Path);
            foreach (var digest in reached)
            {
                if (--_marks[digest] == 0)
                {
                    _marks.Remove(digest);
                    bytes -= sizes.GetValueOrDefault(digest);
                }
            }
        }
    }

    private bool IsMarked(FileInfo file) => DigestOf(file) is { } digest && _marks.ContainsKey(digest);

    private static Digest? DigestOf(FileInfo file) => Digest.TryParse("sha256:" + Path.GetFileNameWithoutExtension(file.Name), out var digest) ? digest : null;

    // What is in a tree are links to contents, which are counted where they lie. A program that still reads one of them keeps it open.
    private void RemoveTrees()
    {
        foreach (var directory in new DirectoryInfo(_files.Trees).EnumerateDirectories())
        {
            if (!_options.DryRun && (!Digest.TryParse("sha256:" + directory.Name, out var digest) || !_marks.ContainsKey(digest)))
            {
                StoreFiles.TryDeleteDirectory(directory);
            }
        }
    }

    private PruneReport Sweep(string directory, Func<FileInfo, bool> keeps, PruneReport report)
    {
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
        {
            var size = StoreFiles.LengthOf(file);
            report = report.WithFile(size, !keeps(file) && (_options.DryRun || StoreFiles.TryDelete(file.FullName)));
        }

        return report;
    }
}
