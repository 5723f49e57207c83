using GGUFPacker.Oci.References;

namespace GGUFPacker.Build.Engine;

/// <summary>
/// Where the results of steps are kept for other machines: a name in a registry, or a directory in OCI layout. Written as buildx does:
/// <c>type=registry,ref=NAME</c>, a name alone, <c>type=local,src=DIRECTORY</c> (to read) or <c>dest=DIRECTORY</c> (to write).
/// </summary>
public sealed record CacheLocation
{
    private CacheLocation()
    {
    }

    /// <summary>The name; null for a directory.</summary>
    public ImageReference? Reference { get; private init; }

    /// <summary>The directory, in full; null for a name.</summary>
    public string? Directory { get; private init; }

    /// <summary>Whether results go there that no image of the build has (<c>mode=max</c>), if the build has written them.</summary>
    public bool IncludesIntermediates { get; private init; }

    /// <summary>Whether a build succeeds if nothing can be written there (<c>ignore-error=true</c>).</summary>
    public bool IgnoresErrors { get; private init; }

    /// <summary>Reads a place to take results from.</summary>
    /// <param name="text">As the user wrote it.</param>
    /// <param name="directory">What a relative directory is relative to.</param>
    /// <exception cref="FormatException">It is not understood.</exception>
    public static CacheLocation ParseSource(string text, string directory) => Parse(text, directory, isSource: true);

    /// <summary>Reads a place to put results.</summary>
    /// <inheritdoc cref="ParseSource"/>
    public static CacheLocation ParseDestination(string text, string directory) => Parse(text, directory, isSource: false);

    /// <summary>The name or the directory.</summary>
    public override string ToString() => Reference?.ToString() ?? Directory!;

    private static CacheLocation Parse(string text, string directory, bool isSource)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Contains('=', StringComparison.Ordinal))
        {
            return new CacheLocation { Reference = NameOf(text) };
        }

        var (type, path) = ("", "");
        var location = new CacheLocation();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            switch (part.Split('=', 2))
            {
                case ["type", "registry" or "local"]:
                    type = part[5..];
                    break;
                case ["type", var other]:
                    throw new FormatException($"A cache has type=registry or type=local, not '{other}'.");
                case ["ref", var name]:
                    location = location with { Reference = NameOf(name) };
                    break;
                case ["src", var source] when isSource:
                    path = source;
                    break;
                case ["dest", var destination] when !isSource:
                    path = destination;
                    break;
                case ["mode", "min" or "max"] when !isSource:
                    location = location with { IncludesIntermediates = part == "mode=max" };
                    break;
                case ["ignore-error", "true" or "false"] when !isSource:
                    location = location with { IgnoresErrors = part.EndsWith("true", StringComparison.Ordinal) };
                    break;
                default:
                    throw new FormatException(isSource
                        ? $"A cache to read is type=registry,ref=NAME or type=local,src=DIRECTORY; '{part}' is not understood."
                        : $"A cache to write is type=registry,ref=NAME or type=local,dest=DIRECTORY, with mode=max and ignore-error=true; '{part}' is not understood.");
            }
        }

        return type switch
        {
            "registry" when location.Reference is not null && path.Length == 0 => location,
            "local" when location.Reference is null && path.Length > 0 => location with { Directory = Path.GetFullPath(path, directory) },
            "local" => throw new FormatException($"A cache with type=local needs {(isSource ? "src" : "dest")}=DIRECTORY."),
            _ => throw new FormatException("A cache is type=registry with ref=NAME, or type=local with a directory."),
        };
    }

    private static ImageReference NameOf(string text) =>
        ImageReference.TryParse(text, out var reference, out var error) ? reference.WithDefaultTag() : throw new FormatException(error);
}
