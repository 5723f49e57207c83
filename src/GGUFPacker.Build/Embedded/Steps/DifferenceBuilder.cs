using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>Collects what a step puts onto its base. The directories above each entry belong to the difference, as BuildKit's exporter has it.</summary>
internal sealed class DifferenceBuilder(StageTree onto, FileOwner owner = default)
{
    private readonly ImmutableSortedDictionary<string, TreeEntry>.Builder _entries = ImmutableSortedDictionary.CreateBuilder<string, TreeEntry>(
        StringComparer.Ordinal);

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
        if (entry is DirectoryEntry && Current(path) is (FileEntry or LinkEntry) and var there)
        {
            throw new StepException($"'/{path}' is {NameOf(there)}; a directory cannot take its place.");
        }

        _entries[path] = entry;
    }

    /// <summary>Makes a directory and those above it where there are none.</summary>
    public void EnsureDirectory(string path)
    {
        if (path.Length > 0)
        {
            Set(path, Current(path) as DirectoryEntry ?? New());
        }
    }

    /// <summary>The difference.</summary>
    public ImmutableSortedDictionary<string, TreeEntry> Build() => _entries.ToImmutable();

    /// <summary>Whether there is a directory, in the base or by now.</summary>
    public bool IsDirectory(string path) => path.Length == 0 || Current(path) is DirectoryEntry;

    private DirectoryEntry New() => new() { Owner = owner };

    private void EnsureParents(string path)
    {
        foreach (var parent in TreePath.Parents(path))
        {
            _entries[parent] = Current(parent) switch
            {
                DirectoryEntry existing => existing,
                null => New(),
                var there => throw new StepException($"'/{parent}' is {NameOf(there)}; '/{path}' cannot be put below it."),
            };
        }
    }

    // The destination's own links are followed before anything is set; one that is met here lies within what is copied, and stays what it is.
    private TreeEntry? Current(string path) => _entries.GetValueOrDefault(path) ?? onto.Entries.GetValueOrDefault(path);

    private static string NameOf(TreeEntry entry) => entry is LinkEntry link ? $"a symbolic link to '{link.Target}'" : "a file";
}
