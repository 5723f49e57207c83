using GGUFPacker.Build.Sources.Git;
using GGUFPacker.Build.Sources.Hub;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Build.Graph;

/// <summary>What a source of ADD on the network is.</summary>
internal static class RemoteSource
{
    /// <summary>Whether a source is on the network, rather than a path.</summary>
    public static bool Is(string source) => source.Contains("://", StringComparison.Ordinal) || GitAddress.Recognizes(source);

    /// <summary>The file system that a source is, and the path in it that is copied.</summary>
    /// <param name="source">The source, as the instruction has it.</param>
    /// <param name="add">The instruction.</param>
    /// <returns>Null for an address of another kind.</returns>
    /// <exception cref="FormatException">The address contradicts itself or the instruction.</exception>
    public static CopySource? Open(string source, AddInstruction add)
    {
        var checksum = string.IsNullOrEmpty(add.Checksum) ? null : add.Checksum;
        var git = GitAddress.Parse(source);
        var keepsGit = Agreed("keep-git-dir", add.KeepGitDirectory, git?.KeepGitDirectory) ?? false;
        // A checksum of bytes is checked where bytes are fetched.
        if (HubAddress.Parse(source) is { } hub && !(hub.IsDownload && checksum is not null))
        {
            // The hub's API has no .git; git itself does.
            if (!keepsGit)
            {
                return new(
                    new HubNode
                    {
                        Name = source,
                        Span = add.Span,
                        Repository = hub.Repository,
                        Revision = hub.Revision,
                        Path = hub.Path,
                        IsDownload = hub.IsDownload,
                        Checksum = Agreed("checksum", checksum, git?.Checksum),
                    },
                    hub.Path.Length == 0 ? "/" : hub.Path,
                    add.Unpack == true);
            }

            if (git is null)
            {
                throw new FormatException($"--keep-git-dir needs the repository's git address: https://huggingface.co/{hub.Repository}.git");
            }
        }

        if (git is not null)
        {
            return new(
                new GitNode
                {
                    Name = source,
                    Span = add.Span,
                    Remote = git.Remote,
                    Reference = git.Reference,
                    Directory = git.Directory,
                    Checksum = Agreed("checksum", checksum, git.Checksum),
                    KeepGitDirectory = keepsGit,
                },
                "/");
        }

        return Uri.TryCreate(source, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new(new HttpNode { Name = source, Span = add.Span, Address = uri, Checksum = checksum }, "*", add.Unpack == true)
            : null;
    }

    private static T? Agreed<T>(string what, T? flag, T? query) => flag is null ? query
        : query is null || query.Equals(flag) ? flag
        : throw new FormatException($"--{what} says '{flag}', the address '{query}'");
}
