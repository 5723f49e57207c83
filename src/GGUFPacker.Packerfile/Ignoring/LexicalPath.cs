namespace GGUFPacker.Packerfile.Ignoring;

/// <summary>Paths as Go's <c>path.Clean</c> sees them: text with <c>/</c>, whatever lies on the disk.</summary>
internal static class LexicalPath
{
    /// <summary>The shortest text that means the same path; <c>.</c> for an empty one.</summary>
    public static string Clean(string path)
    {
        var isRooted = path.StartsWith('/');
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (!isRooted)
            {
                parts.Add(part);
            }
        }

        var cleaned = string.Join('/', parts);
        return isRooted ? "/" + cleaned : cleaned.Length == 0 ? "." : cleaned;
    }

    /// <summary>The directories above a path as Go's <c>path.Dir</c> gives them, outermost first; of a rooted path the first one is empty.</summary>
    public static IEnumerable<string> Parents(string path)
    {
        var directory = Clean(path[..(path.LastIndexOf('/') + 1)]);
        if (directory == ".")
        {
            yield break;
        }

        for (var slash = directory.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = directory.IndexOf('/', slash + 1))
        {
            yield return directory[..slash];
        }

        yield return directory;
    }
}
