using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>
/// A GGUF file that CONVERT or QUANTIZE gives. It is written when something needs its bytes; a QUANTIZE that only needs the model
/// opens it without a file, which is how the two fuse.
/// </summary>
internal sealed class DerivedContent(
    BuildSession session,
    GraphNode node,
    Func<long, PendingLayer>? layer,
    Func<CancellationToken, ValueTask<string>> describe,
    Func<CancellationToken, ValueTask<IGgufModel>> open) : FileContent
{
    private string? _key;
    private StoredFile? _stored;

    public override async ValueTask<string> IdentifyAsync(CancellationToken cancellationToken) =>
        _key ??= "derived:" + Digest.Of(System.Text.Encoding.UTF8.GetBytes(await describe(cancellationToken).ConfigureAwait(false)));

    public override ValueTask<StoredFile> StoreAsync(CancellationToken cancellationToken) =>
        _stored is not null ? ValueTask.FromResult(_stored) : session.GuardAsync(node, () => StoreOnceAsync(cancellationToken));

    public override async ValueTask<IGgufModel> OpenModelAsync(CancellationToken cancellationToken)
    {
        _stored ??= session.Steps.FindContent(await IdentifyAsync(cancellationToken).ConfigureAwait(false));
        return _stored is null ? await open(cancellationToken).ConfigureAwait(false) : GgufFile.Open(_stored.Path, cancellationToken: cancellationToken);
    }

    private async ValueTask<StoredFile> StoreOnceAsync(CancellationToken cancellationToken)
    {
        var key = await IdentifyAsync(cancellationToken).ConfigureAwait(false);
        if (session.Steps.FindContent(key) is { } cached)
        {
            session.Report(node, BuildStepStatus.Cached);
            return _stored = cached;
        }

        session.Report(node, BuildStepStatus.Started);
        using var model = await open(cancellationToken).ConfigureAwait(false);
        var size = GgufLayout.Create(model.Metadata, model.Tensors).TotalBytes;
        using var ingest = session.Store.Contents.BeginIngest(session.IsLayer(node) ? layer?.Invoke(size) : null);
        var options = new GgufWriteOptions { Threads = session.Request.Threads };
        var progress = new StepProgress(session, node);
        await GgufModelWriter.WriteAsync(model, ingest, options, progress, cancellationToken).ConfigureAwait(false);
        var stored = ingest.Commit();
        if (stored.Layer is { } recipe)
        {
            session.Steps.PutLayer(LayerKey.Of(recipe.Entries), recipe.DiffId, recipe.Size);
        }

        session.Steps.PutContent(key, stored.Digest, stored.Size);
        session.Report(node, BuildStepStatus.Completed, stored.Size, stored.Size);
        return _stored = new StoredFile(stored.Digest, stored.Size, session.Store.Contents.PathOf(stored.Digest));
    }

    // Progress<T> would post to another thread and let reports overtake each other.
    private sealed class StepProgress(BuildSession session, GraphNode node) : IProgress<GgufWriteProgress>
    {
        public void Report(GgufWriteProgress value) => session.Report(node, BuildStepStatus.Advanced, value.BytesDone, value.TotalBytes, value.Describe());
    }
}
