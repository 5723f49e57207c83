using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>Collects what a step puts onto its base. The directories above each entry belong to the difference, as BuildKit's exporter has it.</summary>
internal sealed class DifferenceBuilder(StageTree onto)
{
    private readonly ImmutableSortedDictionary<string, TreeEntry>.Builder _entries = ImmutableSortedDictionary.CreateBuilder<string, TreeEntry>(StringComparer.Ordinal);

    /// <summary>Sets an entry and the directories above it.</summary>
    public void Set(string path, TreeEntry entry)
    {
        if (path.Length == 0)
        {
            return;
        }

        if (entry is FileEntry && Current(path) is DirectoryEntry)
        {
            throw new StepException($"'/{path}' is a directory; a file cannot take its place.");
        }

        EnsureParents(path);
        _entries[path] = entry is DirectoryEntry && Current(path) is DirectoryEntry existing ? existing : entry;
    }

    /// <summary>Sets a directory and those above it, unless it is the root.</summary>
    public void EnsureDirectory(string path) => Set(path, new DirectoryEntry());

    /// <summary>The difference.</summary>
    public ImmutableSortedDictionary<string, TreeEntry> Build() => _entries.ToImmutable();

    private void EnsureParents(string path)
    {
        foreach (var parent in TreePath.Parents(path))
        {
            _entries[parent] = Current(parent) switch
            {
                DirectoryEntry existing => existing,
                null => new DirectoryEntry(),
                _ => throw new StepException($"'/{parent}' is a file; '/{path}' cannot be put below it."),
            };
        }
    }

    private TreeEntry? Current(string path) => _entries.GetValueOrDefault(path) ?? onto.Find(path);
}
