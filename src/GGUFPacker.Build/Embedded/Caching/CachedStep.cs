using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Embedded.Caching;

/// <summary>A step's result in a cache that is shared with other machines.</summary>
/// <param name="Key">What stands for the step, see <see cref="StepCache.ContentKey"/>.</param>
/// <param name="Layer">The number of the layer that holds the content.</param>
/// <param name="Content">The content.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="MadeBy">The instruction.</param>
internal sealed record CachedStep(Digest Key, int Layer, Digest Content, long Size, string MadeBy);
