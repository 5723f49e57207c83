namespace GGUFPacker.Build.Embedded.Files;

/// <summary>Paths inside an image's file system: components joined by <c>/</c>, no leading <c>/</c>, the root is the empty string.</summary>
internal static class TreePath
{
    /// <summary>Cleans a path as it stands in a GGUFPackerfile; <c>..</c> never leaves the root.</summary>
    public static string Normalize(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            switch (part)
            {
                case "" or ".":
                    break;
                case "..":
                    if (parts.Count > 0)
                    {
                        parts.RemoveAt(parts.Count - 1);
                    }

                    break;
                default:
                    parts.Add(part);
                    break;
            }
        }

        return string.Join('/', parts);
    }

    /// <summary>Whether a destination names a directory by its form: a trailing slash, <c>.</c> or the root.</summary>
    public static bool IsDirectoryForm(string path) =>
        path.EndsWith('/')
            || path is "." or ""
            || path.EndsWith("/.", StringComparison.Ordinal)
            || path.EndsWith("/..", StringComparison.Ordinal)
            || path == "..";

    /// <summary>Joins two normalized paths.</summary>
    public static string Join(string directory, string name) => directory.Length == 0 ? name : name.Length == 0 ? directory : $"{directory}/{name}";

    /// <summary>The last component.</summary>
    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>The directory that holds it.</summary>
    public static string Parent(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";

    /// <summary>Every directory above a path, the outermost first, without the root.</summary>
    public static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }

    /// <summary>Whether <paramref name="path"/> is <paramref name="directory"/> or lies below it.</summary>
    public static bool IsAtOrBelow(string path, string directory) =>
        directory.Length == 0
            || path == directory
            || (path.Length > directory.Length && path[directory.Length] == '/' && path.StartsWith(directory, StringComparison.Ordinal));
}
