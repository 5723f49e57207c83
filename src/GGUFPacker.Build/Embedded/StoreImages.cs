using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded;

/// <summary>Finds the images that FROM and --from name in the store, by tag or by digest.</summary>
public sealed class StoreImages(ContentStore store)
{
    private const int MaxIndexDepth = 4;

    /// <summary>The image of a name for a platform; null if the store does not have it.</summary>
    /// <exception cref="ContentException">What the store has is no image.</exception>
    /// <exception cref="StoreException">The store has not all of it.</exception>
    public BaseImage? Find(ImageReference reference, Platform platform)
    {
        var digest = reference.Digest;
        if (digest.IsEmpty)
        {
            if (store.Tags.Find(reference) is not { } tag)
            {
                return null;
            }

            digest = tag.Manifest.Digest;
        }

        if (store.Blobs.Find(digest) is not { } bytes)
        {
            return null;
        }

        for (var depth = 0; ImageIndex.IsIndex(bytes); depth++)
        {
            if (depth == MaxIndexDepth)
            {
                throw new ContentException($"The image {reference} is an index of indexes of indexes.");
            }

            digest = ImageIndex.Parse(bytes).Select(platform).Digest;
            bytes = store.Blobs.Get(digest);
        }

        return new(reference, digest, ImageConfig.Parse(store.Blobs.Get(ImageManifest.Parse(bytes).Config.Digest)));
    }
}
