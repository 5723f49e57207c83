using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>
/// ADD and COPY. As in a Dockerfile: a directory's contents are copied, not the directory itself; the destination is a directory if it is one already,
/// ends in a slash, or several files are copied.
/// </summary>
internal static class CopyStep
{
    /// <summary>What the node puts onto its base.</summary>
    /// <exception cref="StepException">A source is missing or may not be read.</exception>
    public static ImmutableSortedDictionary<string, TreeEntry> Run(CopyNode node, StageTree onto, FileTree from)
    {
        var sources = node.Sources.SelectMany(source => Match(source, from)).ToList();
        var destination = TreePath.Normalize(node.Destination);
        var isDirectory = TreePath.IsDirectoryForm(node.Destination)
            || onto.Find(destination) is DirectoryEntry
            || sources.Count(source => from.Find(source) is FileEntry) > 1
            || sources.Any(source => from.Find(source) is DirectoryEntry);

        var difference = new DifferenceBuilder(onto);
        foreach (var source in sources)
        {
            switch (from.Find(source))
            {
                case FileEntry file:
                    difference.Set(isDirectory ? TreePath.Join(destination, TreePath.Name(source)) : destination, Checked(file, source));
                    break;
                case DirectoryEntry:
                    difference.EnsureDirectory(destination);
                    foreach (var (path, entry) in from.Below(source))
                    {
                        difference.Set(TreePath.Join(destination, path[(source.Length == 0 ? 0 : source.Length + 1)..]), Checked(entry, path));
                    }

                    break;
            }
        }

        return difference.Build();

        TreeEntry Checked(TreeEntry entry, string path)
        {
            if (from is ContextTree context && !context.IsInside(path))
            {
                throw new StepException($"'{path}' is a symbolic link that leads out of '{context.Root}'; copy the file into the context.");
            }

            return node.Mode is { } mode ? entry with { Mode = mode } : entry;
        }
    }

    private static IReadOnlyList<string> Match(string source, FileTree from)
    {
        try
        {
            var found = from.Match(source);
            return found.Count > 0
                ? found
                : throw new StepException(from is not ContextTree context ? $"'{source}' is not in the file system it is copied from."
                    : context.IsIgnored(TreePath.Normalize(source)) ? $"'{source}' is left out of '{context.Root}' by its ignore file."
                    : $"'{source}' is not in '{context.Root}'.");
        }
        catch (FormatException error)
        {
            throw new StepException(error.Message, error);
        }
    }
}
