using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>
/// ADD and COPY. As in a Dockerfile: a directory's contents are copied, not the directory itself; the destination is a directory if it is one already or
/// ends in a slash, and here also if several files are copied.
/// </summary>
internal static class CopyStep
{
    /// <summary>What the node puts onto its base.</summary>
    /// <exception cref="StepException">A source is missing or may not be read.</exception>
    public static async ValueTask<ImmutableSortedDictionary<string, TreeEntry>> RunAsync(
        BuildSession session, CopyNode node, StageTree onto, Func<GraphNode, FileTree> treeOf, CancellationToken cancellationToken)
    {
        FileOwner? owner = node.Owner is null ? null : await OwnerNames.ResolveAsync(node.Owner, onto, cancellationToken).ConfigureAwait(false);
        var matches = new List<CopyMatch>();
        foreach (var (from, path, unpack) in node.Sources)
        {
            var tree = treeOf(from);
            if (node.Parents)
            {
                var (root, pattern) = SplitPivot(path);
                CheckExists(tree, root, pattern, path);
                matches.Add(new(tree, root, pattern));
                continue;
            }

            var found = Match(path, tree);
            if (found.Count == 0)
            {
                // An optional file is written as a pattern in a Dockerfile, so this is no error; but it may be one.
                session.Note(node, $"Nothing matches '{path}'.");
            }

            foreach (var match in found)
            {
                RefuseOutside(tree, match);
                var archive = unpack && tree.Find(match) is FileEntry file
                    ? await UnpackStep.ReadAsync(session, node, file.Content, TreePath.Name(match), cancellationToken).ConfigureAwait(false)
                    : null;
                matches.Add(new(tree, match) { Archive = archive });
            }
        }

        return new CopyJob(session, node, node.Link ? StageTree.Empty : onto, owner).Run(matches);
    }

    /// <summary>Refuses what is reached in a directory of the user's through a link that leads out of it.</summary>
    public static void RefuseOutside(FileTree from, string path)
    {
        if (from is ContextTree context && !context.IsInside(path))
        {
            throw new StepException($"'{path}' is a symbolic link that leads out of '{context.Root}'; copy the file into the context.");
        }
    }

    // 'a/./b/c' keeps the directories behind the dot, 'a/b' all.
    private static (string Root, string Pattern) SplitPivot(string path)
    {
        var pivot = path.IndexOf("/./", StringComparison.Ordinal);
        return pivot < 0 ? ("", TreePath.Normalize(path)) : (TreePath.Normalize(path[..pivot]), TreePath.Normalize(path[(pivot + 3)..]));
    }

    private static void CheckExists(FileTree tree, string root, string pattern, string path)
    {
        if (!PathPattern.HasWildcard(root) && !PathPattern.HasWildcard(pattern) && tree.Find(TreePath.Join(root, pattern)) is null)
        {
            throw Missing(tree, path);
        }
    }

    private static IReadOnlyList<string> Match(string source, FileTree from)
    {
        try
        {
            var found = from.Match(source);
            return found.Count > 0 || PathPattern.HasWildcard(TreePath.Normalize(source)) ? found : throw Missing(from, source);
        }
        catch (FormatException error)
        {
            throw new StepException(error.Message, error);
        }
    }

    private static StepException Missing(FileTree from, string source) => new(from is not ContextTree context
        ? $"'{source}' is not in the file system it is copied from."
        : context.IsIgnored(TreePath.Normalize(source)) ? $"'{source}' is left out of '{context.Root}' by its ignore file."
        : new FileInfo(Path.Combine(context.Root, TreePath.Normalize(source))).LinkTarget is not null ? $"'{source}' is a symbolic link in '{context.Root}' that leads to nothing, or in a circle."
        : $"'{source}' is not in '{context.Root}'.");
}
