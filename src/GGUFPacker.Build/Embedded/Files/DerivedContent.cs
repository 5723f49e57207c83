using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>
/// A GGUF file that CONVERT or QUANTIZE gives. It is written when something needs its bytes; a QUANTIZE that only needs the model
/// opens it without a file, which is how the two fuse. Of several builds that need the same file, one writes it while the others wait.
/// </summary>
/// <param name="session">The build.</param>
/// <param name="node">The step.</param>
/// <param name="layer">The layer to make around the file, by its size; null for none.</param>
/// <param name="model">Describes and opens the model.</param>
internal sealed class DerivedContent(BuildSession session, GraphNode node, Func<long, PendingLayer>? layer, DerivedModel model) : FileContent
{
    private string? _key;
    private StoredFile? _stored;

    public override async ValueTask<string> IdentifyAsync(CancellationToken cancellationToken) =>
        _key ??= "derived:" + Digest.Of(System.Text.Encoding.UTF8.GetBytes(await model.DescribeAsync(cancellationToken).ConfigureAwait(false)));

    public override ValueTask<StoredFile> StoreAsync(CancellationToken cancellationToken) =>
        _stored is not null ? ValueTask.FromResult(_stored) : session.GuardAsync(node, () => StoreOnceAsync(cancellationToken));

    public override async ValueTask<IGgufModel> OpenModelAsync(CancellationToken cancellationToken)
    {
        var key = await IdentifyAsync(cancellationToken).ConfigureAwait(false);
        _stored ??= Find(key);
        if (_stored is null && !session.IsForgotten(node) && session.Shared.Has(key))
        {
            session.Report(node, BuildStepStatus.Started);
            _stored = await ImportAsync(key, cancellationToken).ConfigureAwait(false);
            session.Report(node, _stored is null ? BuildStepStatus.Completed : BuildStepStatus.Cached);
        }

        return _stored is not null
            ? GgufFile.Open(_stored.Path, cancellationToken: cancellationToken)
            : await session.GuardAsync(node, () => PassingModel.OpenAsync(session, node, model.OpenAsync, cancellationToken)).ConfigureAwait(false);
    }

    public override void CheckUnchanged()
    {
        if (_stored is null)
        {
            model.CheckUnchanged();
        }
    }

    private async ValueTask<StoredFile> StoreOnceAsync(CancellationToken cancellationToken)
    {
        var key = await IdentifyAsync(cancellationToken).ConfigureAwait(false);
        if (Find(key) is { } cached)
        {
            session.Report(node, BuildStepStatus.Cached);
            return _stored = cached;
        }

        session.Report(node, BuildStepStatus.Started);
        using var turn = await session.Store.Cache.LockAsync(
            StepCache.ContentKey(key),
            () => session.Report(node, BuildStepStatus.Noted, detail: "Another build makes this; waiting for it."),
            cancellationToken).ConfigureAwait(false);
        if ((Find(key) ?? await ImportAsync(key, cancellationToken).ConfigureAwait(false)) is { } meanwhile)
        {
            session.Report(node, BuildStepStatus.Cached);
            return _stored = meanwhile;
        }

        var stored = await WriteAsync(cancellationToken).ConfigureAwait(false);
        if (stored.Layer is { } recipe)
        {
            session.Steps.PutLayer(LayerKey.Of(recipe.Entries), node.Name, recipe.DiffId, recipe.Size);
        }

        session.Steps.PutContent(key, CacheRecord.Step, node.Name, stored.Digest, stored.Size);
        session.Report(node, BuildStepStatus.Completed, stored.Size, stored.Size);
        _stored = new StoredFile(stored.Digest, stored.Size, session.Store.Contents.PathOf(stored.Digest), ContentOrigin.Written);
        Count(key, _stored);
        return _stored;
    }

    private async ValueTask<StoredFile?> ImportAsync(string key, CancellationToken cancellationToken)
    {
        if (session.IsForgotten(node) || await session.Shared.FindAsync(session.Reporter, node, key, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        session.Steps.PutContent(key, CacheRecord.Step, node.Name, found.Digest, found.Size);
        Count(key, found);
        return found;
    }

    private async ValueTask<StoredContent> WriteAsync(CancellationToken cancellationToken)
    {
        using var opened = await model.OpenAsync(cancellationToken).ConfigureAwait(false);
        var size = GgufLayout.Create(opened.Metadata, opened.Tensors).TotalBytes;
        using var ingest = session.Store.Contents.BeginIngest(session.IsLayer(node) ? layer?.Invoke(size) : null, size);
        var options = new GgufWriteOptions { Threads = session.Request.Threads };
        try
        {
            await GgufModelWriter.WriteAsync(opened, ingest, options, new StepProgress(session, node), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is GgufException or CheckpointException or IOException)
        {
            // A file that changed under the reader makes it fail in ways that tell nobody why.
            model.CheckUnchanged();
            throw;
        }

        model.CheckUnchanged();
        return ingest.Commit();
    }

    private StoredFile? Find(string key)
    {
        var found = session.Steps.FindContent(node, key);
        if (found is not null)
        {
            Count(key, found);
        }

        return found;
    }

    private void Count(string key, StoredFile file)
    {
        session.Reporter.Count(file);
        session.Shared.Note(node, key, file);
    }

    // Progress<T> would post to another thread and let reports overtake each other.
    private sealed class StepProgress(BuildSession session, GraphNode node) : IProgress<GgufWriteProgress>
    {
        public void Report(GgufWriteProgress value) => session.Report(node, BuildStepStatus.Advanced, value.BytesDone, value.TotalBytes, value.Describe());
    }
}
