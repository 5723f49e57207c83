using System.Collections.Immutable;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Engine;

/// <summary>An image that a build has put into the store.</summary>
/// <param name="Target">The target it was built for.</param>
/// <param name="Manifest">The descriptor of its manifest, or of the index if it was built for several platforms.</param>
/// <param name="Config">The config's descriptor; of several platforms the first one's.</param>
/// <param name="Files">The files of the image's file system; of several platforms the first one's. Those of a base image are not listed where only fetching
/// its layers would tell and nothing needed it.</param>
public sealed record BuiltImage(BuildTarget Target, Descriptor Manifest, Descriptor Config, ImmutableArray<ImageFile> Files)
{
    /// <summary>The manifests in the index, each with its platform; empty if it was built for one platform.</summary>
    public ImmutableArray<Descriptor> Platforms { get; init; } = [];
}
