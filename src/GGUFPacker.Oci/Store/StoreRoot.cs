using System.Collections.Immutable;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Store;

/// <summary>Something that keeps files of the store: the name of an image, or a record of what a build did.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Tag">The name; null for a record.</param>
/// <param name="Record">The record; null for a name, and for a record that cannot be read.</param>
/// <param name="LastUsed">When it was last of use; of a name, when it was set.</param>
/// <param name="Digests">What it mentions.</param>
internal sealed record StoreRoot(string Path, StoredTag? Tag, CacheRecord? Record, DateTimeOffset LastUsed, ImmutableArray<Digest> Digests);
