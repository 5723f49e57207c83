namespace GGUFPacker.Oci.Layers;

/// <summary>The paths of layer entries: relative to the image's root, with <c>/</c>, without <c>.</c> and <c>..</c>.</summary>
public static class EntryPath
{
    /// <summary>The longest path that is taken in.</summary>
    public const int MaxLength = 4096;

    /// <summary>What the names of whiteouts begin with.</summary>
    internal const string Whiteout = ".wh.";

    /// <summary>The order in which a directory walk meets paths, all that is in a directory right after it: <c>app</c>, <c>app/x</c>, <c>app.txt</c>.</summary>
    public static IComparer<string> WalkOrder { get; } = Comparer<string>.Create((a, b) =>
    {
        var same = a.AsSpan().CommonPrefixLength(b);
        return same == a.Length || same == b.Length ? a.Length - b.Length
            : a[same] == '/' ? -1
            : b[same] == '/' ? 1
            : a[same] - b[same];
    });

    /// <summary>
    /// A tar's or an image's path in its one form: <c>./app//model.gguf</c> and <c>/app/model.gguf</c> are <c>app/model.gguf</c>; the root is the empty string.
    /// A leading <c>/</c> means the image's root, as for every container runtime.
    /// </summary>
    /// <exception cref="LayerException">The path climbs out with <c>..</c>, holds a NUL or is too long.</exception>
    public static string Normalize(string path)
    {
        if (path.Length > MaxLength)
        {
            throw new LayerException($"The entry '{path[..60]}…' has a path of {path.Length} characters; at most {MaxLength} are taken in.");
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new LayerException($"The entry '{path.Replace("\0", "\\0", StringComparison.Ordinal)}' has a NUL in its path.");
        }

        var parts = path.Split('/').Where(p => p is not ("" or ".")).ToArray();
        return parts.Contains("..") ? throw new LayerException($"The entry '{path}' climbs out of the image with '..'.") : string.Join('/', parts);
    }

    /// <summary>A path in its one form, as a program inside the image sees it: <c>..</c> goes up, but never beyond the root.</summary>
    public static string Clean(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == "..")
            {
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    /// <summary>The directory that a path lies in; the empty string for the root.</summary>
    public static string Parent(string path) => path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";

    /// <summary>Whether an entry of this path stands for something of the layers below that it hides.</summary>
    internal static bool IsWhiteout(string path) => path.AsSpan(path.LastIndexOf('/') + 1).StartsWith(Whiteout, StringComparison.Ordinal);

    /// <summary>Where a path of an image goes below a directory of this machine.</summary>
    /// <exception cref="LayerException">The path cannot be a file here, or would lie elsewhere.</exception>
    public static string ToLocal(string directory, string path)
    {
        var relative = Normalize(path);
        if (OperatingSystem.IsWindows() && !IsWindowsPath(relative))
        {
            throw new LayerException($"The path '{path}' cannot be a file on Windows.");
        }

        var root = Path.GetFullPath(directory);
        var local = Path.GetFullPath(Path.Join(root, relative.Replace('/', Path.DirectorySeparatorChar)));
        return local == root
            || local.StartsWith(root.EndsWith(Path.DirectorySeparatorChar) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? local
            : throw new LayerException($"The path '{path}' lies outside '{directory}'.");
    }

    /// <summary>
    /// Whether a path can be a file on Windows: none of its parts has a character that means something there, ends in a dot or blank, or is a device's name.
    /// </summary>
    internal static bool IsWindowsPath(string path) => path.Split('/').All(part =>
        !part.AsSpan().ContainsAny("\\:*?\"<>|")
            && !part.Any(c => c < ' ')
            && (part.Length == 0 || part[^1] is not ('.' or ' '))
            && !IsDevice(part.Split('.')[0].TrimEnd()));

    // CON, con.txt and com1.tar.gz are all devices.
    private static bool IsDevice(string stem) => stem.ToUpperInvariant() switch
    {
        "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$" => true,
        { Length: 4 } name => name[..3] is "COM" or "LPT" && name[3] is (>= '1' and <= '9') or '¹' or '²' or '³',
        _ => false,
    };
}
