using System.Collections.Immutable;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Store;

/// <summary>A config or layer of an image as a registry has it.</summary>
/// <param name="Descriptor">Its descriptor.</param>
/// <param name="Open">Opens it; null if the store has only what is in it.</param>
internal sealed record ImageBlob(Descriptor Descriptor, Func<Stream>? Open)
{
    /// <summary>Repositories that have it.</summary>
    public ImmutableArray<BlobOrigin> Origins { get; init; } = [];
}
