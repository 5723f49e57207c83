using System.Collections.Immutable;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>A stage's file system: an immutable map. A step's result is the map of its base with the step's difference set.</summary>
internal sealed class StageTree : FileTree
{
    private readonly ImmutableSortedDictionary<string, TreeEntry> _entries;

    private StageTree(ImmutableSortedDictionary<string, TreeEntry> entries) => _entries = entries;

    /// <summary>The empty file system.</summary>
    public static StageTree Empty { get; } = new(ImmutableSortedDictionary.Create<string, TreeEntry>(StringComparer.Ordinal));

    /// <summary>All entries.</summary>
    public ImmutableSortedDictionary<string, TreeEntry> Entries => _entries;

    /// <inheritdoc/>
    public override TreeEntry? Find(string path) => path.Length == 0 ? new DirectoryEntry() : _entries.GetValueOrDefault(path);

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, TreeEntry>> Below(string directory) =>
        _entries.Where(entry => entry.Key != directory && TreePath.IsAtOrBelow(entry.Key, directory));

    /// <summary>This file system with a difference on top; a file that replaces a directory takes what was below it away.</summary>
    public StageTree With(ImmutableSortedDictionary<string, TreeEntry> difference)
    {
        var builder = _entries.ToBuilder();
        foreach (var (path, entry) in difference)
        {
            if (entry is FileEntry && builder.GetValueOrDefault(path) is DirectoryEntry)
            {
                builder.RemoveRange(_entries.Keys.Where(key => TreePath.IsAtOrBelow(key, path)));
            }

            builder[path] = entry;
        }

        return new StageTree(builder.ToImmutable());
    }
}
