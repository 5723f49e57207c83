using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>A file whose bytes stand in the GGUFPackerfile.</summary>
internal sealed class TextContent(ContentStore store, ImmutableArray<byte> bytes) : FileContent
{
    public override ValueTask<string> IdentifyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Digest.Of(bytes.AsSpan()).ToString());

    public override ValueTask<StoredFile> StoreAsync(CancellationToken cancellationToken)
    {
        var digest = Digest.Of(bytes.AsSpan());
        var isThere = store.Contents.Contains(digest, bytes.Length);
        if (!isThere)
        {
            store.Contents.Ingest(bytes.AsSpan());
        }

        return ValueTask.FromResult(
            new StoredFile(digest, bytes.Length, store.Contents.PathOf(digest), isThere ? ContentOrigin.Reused : ContentOrigin.Written));
    }
}
