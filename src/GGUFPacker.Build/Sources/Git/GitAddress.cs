using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Sources.Git;

/// <summary>A git repository as a source of ADD names it, in BuildKit's forms.</summary>
/// <param name="Remote">What git is given.</param>
/// <param name="Reference">A branch, tag or commit; null for the remote's default branch.</param>
/// <param name="Directory">The directory in it that is meant, without slashes around it; empty for all.</param>
internal sealed record GitAddress(string Remote, string? Reference, string Directory)
{
    /// <summary>What the commit's name begins with, hexadecimal digits; null for any commit.</summary>
    public string? Checksum { get; init; }

    /// <summary>Whether <c>.git</c> is kept; null if the address does not say.</summary>
    public bool? KeepGitDirectory { get; init; }

    /// <summary>Whether a source has the form of a repository's address, whatever stands behind it.</summary>
    public static bool Recognizes(string source)
    {
        var remote = source.Split('#')[0];
        return Uri.TryCreate(remote, UriKind.Absolute, out var uri) && remote.Contains("://", StringComparison.Ordinal)
            ? uri.Scheme is "git" or "ssh" || (uri.Scheme is "http" or "https" && uri.AbsolutePath.EndsWith(".git", StringComparison.Ordinal))
            : IsSecureCopyForm(remote);
    }

    /// <summary>
    /// Reads <c>http(s)://HOST/PATH.git</c>, <c>git://…</c>, <c>ssh://…</c> or <c>USER@HOST:PATH</c>, each with <c>#REFERENCE[:DIRECTORY]</c> behind it, or
    /// a query (<see cref="GitQuery"/>).
    /// </summary>
    /// <returns>Null if it is none.</returns>
    /// <exception cref="FormatException">The query is faulty.</exception>
    public static GitAddress? Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!Recognizes(source))
        {
            return null;
        }

        var hash = source.IndexOf('#', StringComparison.Ordinal);
        var (remote, fragment) = hash < 0 ? (source, "") : (source[..hash], source[(hash + 1)..]);
        var colon = fragment.IndexOf(':', StringComparison.Ordinal);
        var (reference, directory) = colon < 0 ? (fragment, "") : (fragment[..colon], fragment[(colon + 1)..]);
        var scheme = remote.IndexOf("://", StringComparison.Ordinal);
        var question = scheme < 0 ? -1 : remote.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0
            ? new GitQuery(NullIfEmpty(reference), NullIfEmpty(directory))
            : GitQuery.Parse(remote[(question + 1)..], NullIfEmpty(reference), NullIfEmpty(directory));
        remote = question < 0 ? remote : remote[..question];
        remote = scheme < 0 ? remote : remote[..scheme].ToLowerInvariant() + remote[scheme..];
        return new GitAddress(remote, query.Reference, query.Directory?.Trim('/') ?? "")
        {
            Checksum = query.Checksum,
            KeepGitDirectory = query.KeepGitDirectory,
        };
    }

    /// <summary>The remote as messages show it: without a login.</summary>
    public string Shown => AddressLogin.Remove(Remote);

    /// <summary>Whether the reference is a commit's own name.</summary>
    public bool IsCommit => Reference is { Length: 40 or 64 } && Reference.All(char.IsAsciiHexDigit);

    /// <summary>
    /// Where the large files' server is, if the repository does not say: the remote's address with <c>.git/info/lfs</c>, by https for one that is reached by
    /// ssh.
    /// </summary>
    public Uri? LargeFiles
    {
        get
        {
            var address = IsSecureCopyForm(Remote)
                ? $"https://{Remote[(Remote.IndexOf('@', StringComparison.Ordinal) + 1)..].Replace(":", "/", StringComparison.Ordinal)}"
                : Remote;
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            {
                return null;
            }

            var start = uri.Scheme is "http" or "https" ? uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) : $"https://{uri.Host}";
            var path = uri.AbsolutePath.TrimEnd('/');
            return new Uri($"{start}{path}{(path.EndsWith(".git", StringComparison.Ordinal) ? "" : ".git")}/info/lfs");
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    // user@host:path, and not user@host:22/path, which is no form of git's.
    private static bool IsSecureCopyForm(string remote)
    {
        var at = remote.IndexOf('@', StringComparison.Ordinal);
        var colon = remote.IndexOf(':', StringComparison.Ordinal);
        return at > 0
            && colon > at + 1
            && colon < remote.Length - 1
            && !remote.StartsWith('-')
            && remote[..at].All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
    }
}
