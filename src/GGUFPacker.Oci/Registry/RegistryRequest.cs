using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Registry;

/// <summary>A request to a registry, which may have to be sent more than once.</summary>
internal sealed record RegistryRequest(HttpMethod Method, RegistryName Registry, string Path)
{
    /// <summary>Where to, if the registry itself has said so (an upload's location); otherwise its API's <see cref="Path"/>.</summary>
    public Uri? Location { get; init; }

    /// <summary>The access that it needs, in the words of token services: <c>repository:a/b:pull</c>.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The media types that may come back.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>Makes the body, anew for each time it is sent.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>The first byte wanted of a blob.</summary>
    public long RangeFrom { get; init; }

    /// <summary>The byte after the last one wanted; null for all that follow.</summary>
    public long? RangeEnd { get; init; }

    /// <summary>Whether a passing failure is met with another try. Uploads and blob streams try again by themselves.</summary>
    public bool Retry { get; init; } = true;

    /// <summary>Whether the answer may point to another place (blobs often lie in an object store).</summary>
    public bool FollowRedirects { get; init; }

    public static string PullScope(string repository) => $"repository:{repository}:pull";

    public static string PushScope(string repository) => $"repository:{repository}:pull,push";
}
