using System.Collections.Immutable;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Engine;

/// <summary>An image that a build has put into the store.</summary>
/// <param name="Target">The target it was built for.</param>
/// <param name="Manifest">The manifest's descriptor.</param>
/// <param name="Config">The config's descriptor.</param>
/// <param name="Files">The files of the image's file system.</param>
public sealed record BuiltImage(BuildTarget Target, Descriptor Manifest, Descriptor Config, ImmutableArray<ImageFile> Files);
