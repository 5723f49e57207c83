using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Registry;

/// <summary>An image of a registry that is wanted.</summary>
/// <param name="Source">Its name; without tag and digest it is <c>latest</c>.</param>
public sealed record PullRequest(ImageReference Source)
{
    /// <summary>The platform that an index is asked for.</summary>
    public Platform Platform { get; init; } = Platform.Host;

    /// <summary>Whether manifest and config alone are fetched, and no name is set. A base image's layers are of no use to a build.</summary>
    public bool WithoutLayers { get; init; }
}
