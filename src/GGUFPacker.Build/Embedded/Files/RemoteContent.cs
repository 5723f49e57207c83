using GGUFPacker.Build.Graph;
using GGUFPacker.Build.Sources.Http;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>
/// A file elsewhere whose bytes are known beforehand: it is fetched when something needs them, and only if neither the store nor a copy on this machine has
/// them.
/// </summary>
/// <param name="session">The build.</param>
/// <param name="node">The source.</param>
/// <param name="name">What progress calls the file.</param>
/// <param name="identity">What stands for its bytes; their SHA-256 digest if that is known.</param>
/// <param name="size">Their number.</param>
/// <param name="locate">Tells where the bytes are; asked only if they are needed.</param>
/// <param name="download">Fetches them.</param>
/// <param name="findCopy">The path of a file of this machine that may have them, or null.</param>
internal sealed class RemoteContent(
    BuildSession session,
    GraphNode node,
    string name,
    string identity,
    long size,
    Func<CancellationToken, Task<RemoteFile>> locate,
    Func<FileDownload> download,
    Func<string?> findCopy) : FileContent
{
    private readonly SemaphoreSlim _once = new(1);
    private StoredFile? _stored;

    public override ValueTask<string> IdentifyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(identity);

    public override ValueTask<StoredFile> StoreAsync(CancellationToken cancellationToken) =>
        _stored is not null ? ValueTask.FromResult(_stored) : session.GuardAsync(node, () => StoreOnceAsync(cancellationToken));

    private async ValueTask<StoredFile> StoreOnceAsync(CancellationToken cancellationToken)
    {
        await _once.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _stored ??= Find() ?? await TakeCopyAsync(cancellationToken).ConfigureAwait(false) ?? await FetchAsync(cancellationToken).ConfigureAwait(false);
            session.Reporter.Count(_stored);
            return _stored;
        }
        finally
        {
            _once.Release();
        }
    }

    private StoredFile? Find() => Digest.TryParse(identity, out var digest) && session.Store.Contents.Contains(digest, size)
        ? new StoredFile(digest, size, session.Store.Contents.PathOf(digest))
        : session.Steps.FindContent(node, identity);

    private async ValueTask<StoredFile?> TakeCopyAsync(CancellationToken cancellationToken)
    {
        if (findCopy() is not { } copy || new FileInfo(copy).Length != size)
        {
            return null;
        }

        var file = await locate(cancellationToken).ConfigureAwait(false);
        if (file.Verify is { } verify && !await verify(copy, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var stored = await session.Store.Contents.IngestFileAsync(copy, layer: null, cancellationToken).ConfigureAwait(false);
        return file.Digest is { } digest && digest != stored.Digest
            ? null
            : Known(new StoredFile(stored.Digest, stored.Size, session.Store.Contents.PathOf(stored.Digest), ContentOrigin.Written));
    }

    private async ValueTask<StoredFile> FetchAsync(CancellationToken cancellationToken)
    {
        session.Reporter.BeginPart(node, name, size);
        var file = await locate(cancellationToken).ConfigureAwait(false);
        var fetched = await download().RunAsync(file, done => session.Reporter.AdvancePart(node, name, done, size), cancellationToken).ConfigureAwait(false);
        session.Reporter.EndPart(node, name, size);
        return Known(fetched);
    }

    private StoredFile Known(StoredFile stored)
    {
        session.Steps.PutContent(identity, CacheRecord.Source, $"{node.Name} {name}", stored.Digest, stored.Size);
        return stored;
    }
}
