using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Build.Sources.Hub;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>
/// A hub's repository, or what is meant of it, as a file system with the repository's paths. Asking for it costs two small requests; files come when they are
/// read.
/// </summary>
internal static class HubStep
{
    /// <summary>Lists the repository.</summary>
    /// <exception cref="Sources.SourceException">It is not there, or may not be read.</exception>
    public static async ValueTask<StageTree> RunAsync(BuildSession session, HubNode node, CancellationToken cancellationToken)
    {
        var sources = session.Sources;
        var cache = new HubCache(sources.HubSettings.CacheDirectory);
        if (sources.HubSettings.IsOffline && cache.FindRevision(node.Repository, node.Revision ?? "main") is { } snapshot
            && (node.Checksum is null || Path.GetFileName(snapshot).StartsWith(node.Checksum, StringComparison.OrdinalIgnoreCase)))
        {
            return OfSnapshot(session, snapshot, node);
        }

        var model = await sources.Hub.GetAsync(new HubAddress(node.Repository, node.Revision, node.Path), cancellationToken).ConfigureAwait(false);
        if (node.Checksum is { } checksum && !model.Commit.StartsWith(checksum, StringComparison.OrdinalIgnoreCase))
        {
            throw new StepException($"{node.Repository} is at {model.Commit}; {checksum} was expected.");
        }

        var files = new DifferenceBuilder(StageTree.Empty);
        foreach (var file in model.Files)
        {
            if (TreePath.IsAtOrBelow(file.Path, node.Path))
            {
                var remote = sources.Hub.Remote(model, file);
                files.Set(file.Path, new FileEntry(new RemoteContent(
                    session,
                    node,
                    file.Path,
                    remote.Identity,
                    file.Size,
                    _ => Task.FromResult(remote),
                    () => sources.HubFiles,
                    () => cache.Find(model.Repository, model.Commit, file.Path)), ModeOf(node)));
            }
        }

        var found = files.Build();
        return !found.IsEmpty
            ? StageTree.Empty.With(found)
            : throw new StepException(
                node.Path.Length == 0 ? $"{node.Repository} has no files." : $"{node.Repository} has no directory or file '{node.Path}'.");
    }

    private static int ModeOf(HubNode node) => node.IsDownload ? HttpStep.Mode : FileEntry.DefaultMode;

    // Without the network, what the hub's own tools have fetched is taken as it is.
    private static StageTree OfSnapshot(BuildSession session, string snapshot, HubNode node)
    {
        var files = new DifferenceBuilder(StageTree.Empty);
        foreach (var file in Directory.EnumerateFiles(snapshot, "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(snapshot, file).Replace(Path.DirectorySeparatorChar, '/');
            if (TreePath.IsAtOrBelow(path, node.Path))
            {
                files.Set(
                    path,
                    new FileEntry(
                        new LocalContent(session.Store, session.Hashes, File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file),
                        ModeOf(node)));
            }
        }

        return StageTree.Empty.With(files.Build());
    }
}
