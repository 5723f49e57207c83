using System.Collections.Immutable;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Sources.Http;

/// <summary>A file elsewhere whose bytes are known beforehand.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Name">What progress and errors call it.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Identity">What stands for its bytes: its SHA-256 digest, or another name that changes with them (a git object).</param>
internal sealed record RemoteFile(Uri Address, string Name, long Size, string Identity)
{
    /// <summary>Headers that the address is to be sent (git LFS gives some with each address).</summary>
    public ImmutableDictionary<string, string> Headers { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The SHA-256 digest, if that is known.</summary>
    public Digest? Digest { get; init; }

    /// <summary>Gives the file with a new address where this one has expired; null where addresses stay.</summary>
    public Func<CancellationToken, Task<RemoteFile>>? Renew { get; init; }

    /// <summary>Tells what a refusal means; null for the plain status.</summary>
    public Func<HttpResponseMessage, SourceException>? Explain { get; init; }

    /// <summary>Checks bytes that have another kind of digest; null if <see cref="Digest"/> says it all. Gets the file's path.</summary>
    public Func<string, CancellationToken, Task<bool>>? Verify { get; init; }
}
