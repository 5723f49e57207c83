using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Build.Embedded.Bases;

/// <summary>A file of a base image's layer that the store need not have; it is fetched when its bytes are needed.</summary>
internal sealed class BaseFile(BuildSession session, GraphNode node, BaseLayer layer, LayerEntry entry) : FileContent
{
    private readonly SemaphoreSlim _once = new(1);
    private StoredFile? _stored;

    /// <summary>Its size in bytes.</summary>
    public long Size => entry.Size;

    /// <summary>Its digest, if it is known; otherwise not set.</summary>
    public Digest KnownDigest => _stored?.Digest ?? (entry.Content.IsEmpty ? session.Steps.FindFile(entry.Place!) : entry.Content);

    /// <summary>Whether the store has it already.</summary>
    public bool IsHere => KnownDigest is { IsEmpty: false } known && session.Store.Contents.Contains(known, entry.Size);

    // A digest and nothing else: a build that has the file in its store must come to the same keys.
    public override async ValueTask<string> IdentifyAsync(CancellationToken cancellationToken) =>
        (KnownDigest is { IsEmpty: false } known ? known : (await StoreAsync(cancellationToken).ConfigureAwait(false)).Digest).ToString();

    public override ValueTask<StoredFile> StoreAsync(CancellationToken cancellationToken) =>
        _stored is not null ? ValueTask.FromResult(_stored) : session.GuardAsync(node, () => StoreOnceAsync(cancellationToken));

    private async ValueTask<StoredFile> StoreOnceAsync(CancellationToken cancellationToken)
    {
        await _once.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_stored is null)
            {
                var known = KnownDigest;
                var isThere = !known.IsEmpty && session.Store.Contents.Contains(known, entry.Size);
                var (digest, size, _) = isThere
                    ? new(known, entry.Size)
                    : await layer.BringAsync(entry, new BaseTransfer(session.Reporter, node), cancellationToken).ConfigureAwait(false);
                _stored = new StoredFile(digest, size, session.Store.Contents.PathOf(digest), isThere ? ContentOrigin.Reused : ContentOrigin.Downloaded);
                session.Steps.PutFile(entry.Place!, $"{node.Name} {entry.Path}", digest, size);
                session.Reporter.Count(_stored);
            }

            return _stored;
        }
        finally
        {
            _once.Release();
        }
    }
}
