using GGUFPacker.Build.Embedded.Files;

namespace GGUFPacker.Build.Sources;

/// <summary>
/// The symbolic links of a tree that is known by its paths alone (a commit's, an archive's): where they lead, so that what they lead to can stand in their
/// place. Nothing of the machine's own file system is looked at.
/// </summary>
/// <param name="targets">The links: their paths, and what they say.</param>
/// <param name="isDirectory">What is at a path that is no link: a directory, a file, or (null) nothing.</param>
/// <param name="below">The paths below a directory, links included, parents first.</param>
/// <param name="hasRoot">Whether <c>/</c> is the tree's own root, as in an image; else it lies outside, as does what is above the tree.</param>
internal sealed class SymbolicLinks(
    IReadOnlyDictionary<string, string> targets, Func<string, bool?> isDirectory, Func<string, IEnumerable<string>> below, bool hasRoot)
{
    // What Linux follows before it speaks of a loop.
    private const int MaxLinks = 40;
    private const int MaxPaths = 100_000;

    private int _paths;

    /// <summary>What a link amounts to.</summary>
    /// <param name="Copies">The paths that come to be, each with that of the file or directory which it is a copy of; empty if the link leads to
    /// nothing.</param>
    /// <param name="Fault">What is wrong with the link; null if nothing is.</param>
    internal sealed record Expansion(IReadOnlyList<(string Path, string Source)> Copies, string? Fault);

    /// <summary>Follows a link; one to a directory becomes the directory with all that is in it.</summary>
    public Expansion Expand(string link)
    {
        var copies = new List<(string, string)>();
        return new(copies, Expand(link, link, [], copies));
    }

    private string? Expand(string link, string path, List<string> chain, List<(string Path, string Source)> copies)
    {
        if (Resolve(link, out var fault) is not { } real)
        {
            return fault;
        }

        if (isDirectory(real) is not { } leadsToDirectory)
        {
            return null;
        }

        if (++_paths > MaxPaths)
        {
            return $"makes more than {MaxPaths} paths of the tree";
        }

        copies.Add((path, real));
        if (!leadsToDirectory)
        {
            return null;
        }

        if (TreePath.IsAtOrBelow(link, real) || chain.Exists(above => TreePath.IsAtOrBelow(above, real)))
        {
            return "leads to a directory that contains it";
        }

        chain.Add(real);
        foreach (var entry in below(real))
        {
            var copy = TreePath.Join(path, entry[(real.Length == 0 ? 0 : real.Length + 1)..]);
            if (targets.ContainsKey(entry))
            {
                if (Expand(entry, copy, chain, copies) is { } inner)
                {
                    return inner;
                }
            }
            else if (++_paths > MaxPaths)
            {
                return $"makes more than {MaxPaths} paths of the tree";
            }
            else
            {
                copies.Add((copy, entry));
            }
        }

        chain.RemoveAt(chain.Count - 1);
        return null;
    }

    /// <summary>Where a path leads once every link on the way and at its end is followed, whether something is there or not.</summary>
    /// <returns>The path; null if it leads nowhere, and then <paramref name="fault"/> says why.</returns>
    public string? Resolve(string path, out string? fault)
    {
        // Each component may be a link, so the path is walked from the root downwards.
        fault = null;
        var real = new List<string>();
        var left = new Stack<string>(path.Split('/').Reverse());
        for (var hops = 0; left.TryPop(out var part);)
        {
            if (part == ".." && real.Count == 0 && !hasRoot)
            {
                fault = "leads out of the tree";
                return null;
            }

            if (part == ".." && real.Count > 0)
            {
                real.RemoveAt(real.Count - 1);
            }
            else if (part is not ("" or "." or ".."))
            {
                real.Add(part);
            }

            if (part is "" or "." or ".." || !targets.TryGetValue(string.Join('/', real), out var target))
            {
                continue;
            }

            if (++hops > MaxLinks)
            {
                fault = "leads in a circle";
                return null;
            }

            if (target.StartsWith('/') && !hasRoot)
            {
                fault = "leads out of the tree";
                return null;
            }

            if (target.StartsWith('/'))
            {
                real.Clear();
            }
            else
            {
                real.RemoveAt(real.Count - 1);
            }

            foreach (var step in target.Split('/').Reverse())
            {
                left.Push(step);
            }
        }

        return string.Join('/', real);
    }
}
