using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Registry;

/// <summary>An image of the store and where it is to go.</summary>
/// <param name="Manifest">The manifest or index, in the store.</param>
/// <param name="Destination">Its name in the registry; without tag and digest it is <c>latest</c>.</param>
public sealed record PushRequest(Descriptor Manifest, ImageReference Destination)
{
    /// <summary>More tags for the same image in the same repository.</summary>
    public ImmutableArray<string> OtherTags { get; init; } = [];

    /// <summary>Repositories of the same registry that may have some of the blobs already, such as the base image's.</summary>
    public ImmutableArray<string> MountFrom { get; init; } = [];
}
