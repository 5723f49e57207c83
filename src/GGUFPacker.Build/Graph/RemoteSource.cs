using GGUFPacker.Build.Sources.Git;
using GGUFPacker.Build.Sources.Hub;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Graph;

/// <summary>What a source of ADD on the network is.</summary>
internal static class RemoteSource
{
    /// <summary>The node that gives a source's files, and the path in it that is copied.</summary>
    /// <param name="source">The source, as the instruction has it.</param>
    /// <param name="checksum">The instruction's checksum.</param>
    /// <param name="span">The instruction.</param>
    /// <returns>Null for an address of another kind.</returns>
    public static (GraphNode Node, string Path)? Open(string source, string? checksum, SourceSpan span)
    {
        if (HubAddress.Parse(source) is { } hub)
        {
            return (new HubNode { Name = source, Span = span, Repository = hub.Repository, Revision = hub.Revision, Path = hub.Path }, hub.Path.Length == 0 ? "/" : hub.Path);
        }

        if (GitAddress.Parse(source) is { } git)
        {
            return (new GitNode { Name = source, Span = span, Remote = git.Remote, Reference = git.Reference, Directory = git.Directory }, "/");
        }

        return Uri.TryCreate(source, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? (new HttpNode { Name = source, Span = span, Address = uri, Checksum = string.IsNullOrEmpty(checksum) ? null : checksum }, "*")
            : null;
    }
}
