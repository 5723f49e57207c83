using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Embedded.Steps;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Build.Embedded;

/// <summary>Makes the layer of a node: brings its files into the store and finds or computes the diff id.</summary>
internal static class LayerAssembler
{
    private const int ParallelFiles = 4;

    public static async ValueTask<LayerRecipe> AssembleAsync(BuildSession session, GraphNode node, CancellationToken cancellationToken)
    {
        if (!session.Layers.TryGetValue(node, out var layer))
        {
            var difference = (await session.EvaluateAsync(node, cancellationToken).ConfigureAwait(false)).Difference
                ?? ImmutableSortedDictionary<string, TreeEntry>.Empty;
            layer = await session.GuardAsync(node, () => AssembleAsync(session, node, difference, cancellationToken)).ConfigureAwait(false);
            session.Layers.Add(node, layer);
        }

        return layer;
    }

    private static async ValueTask<LayerRecipe> AssembleAsync(
        BuildSession session, GraphNode node, ImmutableSortedDictionary<string, TreeEntry> difference, CancellationToken cancellationToken)
    {
        // The steps that write models report for themselves.
        var reports = node is CopyNode or WriteNode;
        if (reports)
        {
            session.Report(node, BuildStepStatus.Started);
        }

        await FetchAsync(difference, cancellationToken).ConfigureAwait(false);
        var entries = new List<LayerEntry>(difference.Count);
        foreach (var (path, entry) in difference)
        {
            if (TreePath.Name(path).StartsWith(".wh.", StringComparison.Ordinal))
            {
                throw new StepException($"'/{path}' cannot be in an image: a name that begins with '.wh.' hides a file there.");
            }

            var layerEntry = LayerEntry.Directory(path);
            if (entry is FileEntry file)
            {
                var stored = await file.Content.StoreAsync(cancellationToken).ConfigureAwait(false);
                session.Reporter.Count(stored);
                layerEntry = FileOf(path, stored);
            }

            entries.Add(layerEntry with { Mode = entry.Mode, UserId = entry.Owner.UserId, GroupId = entry.Owner.GroupId, Modified = session.Epoch.ToUnixTimeSeconds() });
        }

        var key = LayerKey.Of(entries);
        if (session.Steps.FindLayer(key) is { IsEmpty: false } known && session.Store.Layers.Find(known) is { } layer)
        {
            Report(BuildStepStatus.Cached, layer.Size);
            return layer;
        }

        layer = session.Store.Layers.Create(entries);
        session.Steps.PutLayer(key, node.Name, layer.DiffId, layer.Size);
        Report(BuildStepStatus.Completed, layer.Size);
        return layer;

        void Report(BuildStepStatus status, long size)
        {
            if (reports)
            {
                session.Report(node, status, size, size);
            }
        }
    }

    // What is elsewhere comes first, several files at a time.
    private static Task FetchAsync(ImmutableSortedDictionary<string, TreeEntry> difference, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        difference.Values.OfType<FileEntry>().Select(file => file.Content).OfType<RemoteContent>(),
        new ParallelOptions { MaxDegreeOfParallelism = ParallelFiles, CancellationToken = cancellationToken },
        async (content, token) => await content.StoreAsync(token).ConfigureAwait(false));

    private static LayerEntry FileOf(string path, StoredFile file) => LayerEntry.File(path, file.Size == 0 ? default : file.Digest, file.Size);
}
