using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Steps;
using GGUFPacker.Build.Sources;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>
/// A stage's file system: an immutable map. A step's result is the map of its base with the step's difference set. The symbolic links of a base image are in it
/// as links: a path that goes through one leads to where the running system would get.
/// </summary>
internal sealed class StageTree : FileTree
{
    private readonly ImmutableSortedDictionary<string, TreeEntry> _entries;
    private readonly Lazy<ImmutableArray<string>> _paths;
    private readonly Lazy<Dictionary<string, string>> _links;

    private StageTree(ImmutableSortedDictionary<string, TreeEntry> entries)
    {
        _entries = entries;
        _paths = new(() => [.. entries.Keys]);
        _links = new(() => entries.Where(entry => entry.Value is LinkEntry).ToDictionary(entry => entry.Key, entry => ((LinkEntry)entry.Value).Target, StringComparer.Ordinal));
    }

    /// <summary>The empty file system.</summary>
    public static StageTree Empty { get; } = new(ImmutableSortedDictionary.Create<string, TreeEntry>(StringComparer.Ordinal));

    /// <summary>All entries, links as links.</summary>
    public ImmutableSortedDictionary<string, TreeEntry> Entries => _entries;

    /// <inheritdoc/>
    public override TreeEntry? Find(string path)
    {
        var real = Resolve(path);
        return real.Length == 0 ? new DirectoryEntry() : _entries.GetValueOrDefault(real);
    }

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, TreeEntry>> Below(string directory)
    {
        var real = Resolve(directory);
        var raw = PathsBelow(real).Select(
            path => KeyValuePair.Create(TreePath.Join(directory, path[(real.Length == 0 ? 0 : real.Length + 1)..]), _entries[path]));
        return _links.Value.Count == 0 ? raw : Expand(raw, directory, real);
    }

    /// <summary>The path that a path leads to once every link on the way and at its end is followed; what is not there is taken as it is written.</summary>
    /// <exception cref="StepException">The links go in circles.</exception>
    public string Resolve(string path) => _links.Value.Count == 0 ? path
        : Links().Resolve(path, out var fault) ?? throw new StepException($"'/{path}' {fault}.");

    /// <summary>This file system with a difference on top; a file that replaces a directory takes what was below it away.</summary>
    public StageTree With(ImmutableSortedDictionary<string, TreeEntry> difference)
    {
        var builder = _entries.ToBuilder();
        foreach (var (path, entry) in difference)
        {
            if (entry is not DirectoryEntry && builder.GetValueOrDefault(path) is DirectoryEntry)
            {
                builder.RemoveRange(PathsBelow(path));
            }

            builder[path] = entry;
        }

        return new StageTree(builder.ToImmutable());
    }

    private SortedDictionary<string, TreeEntry> Expand(IEnumerable<KeyValuePair<string, TreeEntry>> raw, string directory, string real)
    {
        var expanded = new SortedDictionary<string, TreeEntry>(StringComparer.Ordinal);
        var links = Links();
        foreach (var (path, entry) in raw)
        {
            if (entry is not LinkEntry)
            {
                expanded.Add(path, entry);
                continue;
            }

            var link = TreePath.Join(real, path[(directory.Length == 0 ? 0 : directory.Length + 1)..]);
            var expansion = links.Expand(link);
            if (expansion.Fault is { } fault)
            {
                throw new StepException($"The symbolic link '/{link}' {fault}.");
            }

            // One that leads to nothing is nothing.
            foreach (var (copy, source) in expansion.Copies)
            {
                expanded.Add(TreePath.Join(path, copy[link.Length..].TrimStart('/')), source.Length == 0 ? new DirectoryEntry() : _entries[source]);
            }
        }

        return expanded;
    }

    // One for each question: it counts what it makes.
    private SymbolicLinks Links() => new(
        _links.Value,
        path => path.Length == 0 ? true : _entries.GetValueOrDefault(path) switch { DirectoryEntry => true, FileEntry => false, _ => null },
        PathsBelow,
        hasRoot: true);

    // In ordinal order they lie together: from "directory/" to before "directory0", as '0' follows '/'.
    private IEnumerable<string> PathsBelow(string directory)
    {
        var paths = _paths.Value;
        var first = directory.Length == 0 ? 0 : paths.BinarySearch(directory + "/", StringComparer.Ordinal);
        for (var i = first < 0 ? ~first : first; i < paths.Length && TreePath.IsAtOrBelow(paths[i], directory); i++)
        {
            yield return paths[i];
        }
    }
}
