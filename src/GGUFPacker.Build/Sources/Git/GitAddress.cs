using System.Web;

namespace GGUFPacker.Build.Sources.Git;

/// <summary>A git repository as a source of ADD names it, in BuildKit's forms.</summary>
/// <param name="Remote">What git is given.</param>
/// <param name="Reference">A branch, tag or commit; null for the remote's default branch.</param>
/// <param name="Directory">The directory in it that is meant, without slashes around it; empty for all.</param>
internal sealed record GitAddress(string Remote, string? Reference, string Directory)
{
    /// <summary>
    /// Reads <c>http(s)://HOST/PATH.git</c>, <c>git://…</c>, <c>ssh://…</c> or <c>USER@HOST:PATH</c>, each with <c>#REFERENCE[:DIRECTORY]</c> behind it, or
    /// <c>?ref=REFERENCE&amp;subdir=DIRECTORY</c>.
    /// </summary>
    /// <returns>Null if it is none.</returns>
    public static GitAddress? Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var hash = source.IndexOf('#', StringComparison.Ordinal);
        var (remote, fragment) = hash < 0 ? (source, "") : (source[..hash], source[(hash + 1)..]);
        var colon = fragment.IndexOf(':', StringComparison.Ordinal);
        var (reference, directory) = colon < 0 ? (fragment, "") : (fragment[..colon], fragment[(colon + 1)..]);
        if (Uri.TryCreate(remote, UriKind.Absolute, out var uri) && remote.Contains("://", StringComparison.Ordinal))
        {
            if (uri.Scheme is not ("git" or "ssh") && !(uri.Scheme is "http" or "https" && uri.AbsolutePath.EndsWith(".git", StringComparison.Ordinal)))
            {
                return null;
            }

            var query = HttpUtility.ParseQueryString(uri.Query);
            reference = query["ref"] ?? reference;
            directory = query["subdir"] ?? directory;
            remote = uri.Query.Length > 0 ? remote[..remote.IndexOf('?', StringComparison.Ordinal)] : remote;
        }
        else if (!IsSecureCopyForm(remote))
        {
            return null;
        }

        return new GitAddress(remote, reference.Length == 0 ? null : reference, directory.Trim('/'));
    }

    /// <summary>Whether the reference is a commit's own name.</summary>
    public bool IsCommit => Reference is { Length: 40 or 64 } && Reference.All(char.IsAsciiHexDigit);

    /// <summary>
    /// Where the large files' server is, if the repository does not say: the remote's address with <c>.git/info/lfs</c>, by https for one that is reached by ssh.
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

    // user@host:path, and not user@host:22/path, which is no form of git's.
    private static bool IsSecureCopyForm(string remote)
    {
        var at = remote.IndexOf('@', StringComparison.Ordinal);
        var colon = remote.IndexOf(':', StringComparison.Ordinal);
        return at > 0 && colon > at + 1 && colon < remote.Length - 1 && !remote.StartsWith('-') && remote[..at].All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
    }
}
