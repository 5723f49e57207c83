namespace GGUFPacker.Build.Sources.Hub;

/// <summary>A model repository of a Hugging Face hub, as a source of ADD names it.</summary>
/// <param name="Repository"><c>organization/name</c>, or a bare name.</param>
/// <param name="Revision">A branch, tag or commit; null for the default branch.</param>
/// <param name="Path">The directory or file in it that is meant, without slashes around it; empty for all.</param>
internal sealed record HubAddress(string Repository, string? Revision, string Path)
{
    private const string Scheme = "hf://";

    /// <summary>Whether it is a file's own address (<c>…/resolve/REVISION/PATH</c>), as a browser downloads it.</summary>
    public bool IsDownload { get; init; }

    /// <summary>
    /// Reads <c>hf://ORG/REPO[@REVISION][/PATH]</c>, or the address of a git repository on the hub's host:
    /// <c>https://huggingface.co/ORG/REPO.git[#REVISION[:PATH]]</c>, also without <c>.git</c> where there is nothing behind the name; or the address of one of
    /// its files, <c>https://huggingface.co/ORG/REPO/resolve/REVISION/PATH</c>.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <returns>Null if it is none.</returns>
    /// <exception cref="FormatException">The query is faulty.</exception>
    public static HubAddress? Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return ParseShort(source[Scheme.Length..]);
        }

        if (!Uri.TryCreate(source, UriKind.Absolute, out var uri) || !IsHub(uri))
        {
            return null;
        }

        var path = uri.AbsolutePath.Trim('/');
        if (path.Split('/') is [not ("datasets" or "spaces" or "api"), _, "resolve", _, _, ..] file)
        {
            return new HubAddress($"{file[0]}/{file[1]}", Uri.UnescapeDataString(file[3]), Uri.UnescapeDataString(string.Join('/', file[4..])))
            {
                IsDownload = true,
            };
        }

        var isGit = path.EndsWith(".git", StringComparison.Ordinal);
        path = isGit ? path[..^4] : path;
        if (path.Split('/') is not ([not ("datasets" or "spaces"), _] or [_]) || path.Length == 0 || (!isGit && uri.Query.Length > 0))
        {
            return null;
        }

        if (isGit)
        {
            var git = Git.GitAddress.Parse(source)!;
            return new HubAddress(path, NameOf(git.Reference), git.Directory);
        }

        var fragment = Uri.UnescapeDataString(uri.Fragment.TrimStart('#'));
        var colon = fragment.IndexOf(':', StringComparison.Ordinal);
        var revision = colon < 0 ? fragment : fragment[..colon];
        return new HubAddress(path, revision.Length == 0 ? null : revision, colon < 0 ? "" : fragment[(colon + 1)..].Trim('/'));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Repository}{(Revision is null ? "" : "@" + Revision)}{(Path.Length == 0 ? "" : "/" + Path)}";

    private static HubAddress? ParseShort(string text)
    {
        var parts = text.Trim('/').Split('/');
        if (parts.Length < 2 || parts.Any(part => part is "" or "." or ".."))
        {
            return null;
        }

        var at = parts[1].IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? parts[1] : parts[1][..at];
        var revision = at < 0 ? null : parts[1][(at + 1)..];
        return name.Length == 0 || revision is "" ? null : new HubAddress($"{parts[0]}/{name}", revision, string.Join('/', parts[2..]));
    }

    // The hub knows branches and tags by their short names.
    private static string? NameOf(string? reference) =>
        reference?.StartsWith("refs/tags/", StringComparison.Ordinal) == true ? reference["refs/tags/".Length..]
        : reference?.StartsWith("refs/heads/", StringComparison.Ordinal) == true ? reference["refs/heads/".Length..]
        : reference;

    // The hub's own name also means its mirror, where HF_ENDPOINT names one.
    private static bool IsHub(Uri uri) => uri.Scheme is "http" or "https" && uri.Authority is "huggingface.co" or "www.huggingface.co" or "hf.co";
}
