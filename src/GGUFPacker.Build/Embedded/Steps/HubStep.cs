using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Build.Sources.Hub;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>A hub's repository as a file system. Asking for it costs two small requests; files come when they are read.</summary>
internal static class HubStep
{
    /// <summary>Lists the repository.</summary>
    /// <exception cref="Sources.SourceException">It is not there, or may not be read.</exception>
    public static async ValueTask<StageTree> RunAsync(BuildSession session, HubNode node, CancellationToken cancellationToken)
    {
        var sources = session.Sources;
        var cache = new HubCache(sources.HubSettings.CacheDirectory);
        if (sources.HubSettings.IsOffline && cache.FindRevision(node.Repository, node.Revision ?? "main") is { } snapshot)
        {
            return OfSnapshot(session, snapshot, node.Directory);
        }

        var model = await sources.Hub.GetAsync(new HubAddress(node.Repository, node.Revision, node.Directory), cancellationToken).ConfigureAwait(false);
        var files = new DifferenceBuilder(StageTree.Empty);
        foreach (var file in model.Files)
        {
            if (Inside(file.Path, node.Directory) is { } path)
            {
                var remote = sources.Hub.Remote(model, file);
                files.Set(path, new FileEntry(new RemoteContent(
                    session, node, file.Path, remote.Identity, file.Size, _ => Task.FromResult(remote), () => sources.HubFiles, () => cache.Find(model.Repository, model.Commit, file.Path))));
            }
        }

        var found = files.Build();
        return !found.IsEmpty
            ? StageTree.Empty.With(found)
            : throw new StepException(node.Directory.Length == 0 ? $"{node.Repository} has no files." : $"{node.Repository} has no directory '{node.Directory}'.");
    }

    // Without the network, what the hub's own tools have fetched is taken as it is.
    private static StageTree OfSnapshot(BuildSession session, string snapshot, string directory)
    {
        var files = new DifferenceBuilder(StageTree.Empty);
        foreach (var file in Directory.EnumerateFiles(snapshot, "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(snapshot, file).Replace(Path.DirectorySeparatorChar, '/');
            if (Inside(path, directory) is { } inside)
            {
                files.Set(inside, new FileEntry(new LocalContent(session.Store, session.Hashes, File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file)));
            }
        }

        return StageTree.Empty.With(files.Build());
    }

    private static string? Inside(string path, string directory) =>
        directory.Length == 0 ? path : path.StartsWith(directory + "/", StringComparison.Ordinal) ? path[(directory.Length + 1)..] : null;
}
