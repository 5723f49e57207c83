using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Build.Sources.Http;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>A file elsewhere whose bytes are known beforehand: it is fetched when something needs them, and only if neither the store nor a copy on this machine has them.</summary>
internal sealed class RemoteContent(BuildSession session, GraphNode node, RemoteFile file, Func<FileDownload> download, Func<string?> findCopy) : FileContent
{
    private readonly SemaphoreSlim _once = new(1);
    private StoredFile? _stored;

    public override ValueTask<string> IdentifyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(file.Identity);

    public override ValueTask<StoredFile> StoreAsync(CancellationToken cancellationToken) =>
        _stored is not null ? ValueTask.FromResult(_stored) : session.GuardAsync(node, () => StoreOnceAsync(cancellationToken));

    private async ValueTask<StoredFile> StoreOnceAsync(CancellationToken cancellationToken)
    {
        await _once.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _stored ??= Find() ?? await TakeCopyAsync(cancellationToken).ConfigureAwait(false) ?? await FetchAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _once.Release();
        }
    }

    private StoredFile? Find() => file.Digest is { } digest && session.Store.Contents.Contains(digest, file.Size)
        ? new StoredFile(digest, file.Size, session.Store.Contents.PathOf(digest))
        : session.Steps.FindContent(file.Identity);

    private async ValueTask<StoredFile?> TakeCopyAsync(CancellationToken cancellationToken)
    {
        if (findCopy() is not { } copy || new FileInfo(copy).Length != file.Size || (file.Verify is { } verify && !await verify(copy, cancellationToken).ConfigureAwait(false)))
        {
            return null;
        }

        var stored = await session.Store.Contents.IngestFileAsync(copy, layer: null, cancellationToken).ConfigureAwait(false);
        return file.Digest is { } digest && digest != stored.Digest ? null : Known(new StoredFile(stored.Digest, stored.Size, session.Store.Contents.PathOf(stored.Digest)));
    }

    private async ValueTask<StoredFile> FetchAsync(CancellationToken cancellationToken)
    {
        session.Report(node, BuildStepStatus.Started, 0, file.Size, file.Name);
        var fetched = await download().RunAsync(file, done => session.Report(node, BuildStepStatus.Advanced, done, file.Size, file.Name), cancellationToken).ConfigureAwait(false);
        session.Report(node, BuildStepStatus.Completed, file.Size, file.Size, file.Name);
        return Known(fetched);
    }

    private StoredFile Known(StoredFile stored)
    {
        session.Steps.PutContent(file.Identity, stored.Digest, stored.Size);
        return stored;
    }
}
