using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Bases;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;

namespace GGUFPacker.Build.Embedded;

/// <summary>
/// The files of a stage that becomes an image. Where a stage adds nothing to its base, and its command names what the base's config describes, nobody has to
/// know the base's files: then they are not known here.
/// </summary>
internal sealed class StageFiles
{
    private readonly BuildSession _session;
    private readonly StageTree? _tree;
    private readonly StageTree? _baseTree;

    private StageFiles(BuildSession session, StageTree? tree, StageTree? baseTree) => (_session, _tree, _baseTree) = (session, tree, baseTree);

    /// <summary>Opens the files of a stage.</summary>
    /// <param name="session">The build.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="isDescribed">Whether the base image's config describes every file that the command names.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<StageFiles> OpenAsync(BuildSession session, GraphStage stage, bool isDescribed, CancellationToken cancellationToken)
    {
        var bottom = stage.Root;
        while (bottom is not ImageNode && !bottom.Inputs.IsEmpty)
        {
            bottom = bottom.Inputs[0];
        }

        if (session.Request.FetchFiles && bottom is ImageNode whole)
        {
            await session.GuardAsync(whole, () => BaseTree.FetchAsync(session, whole, cancellationToken)).ConfigureAwait(false);
        }
        else if (isDescribed && stage.Root is ImageNode untouched && !BaseTree.IsKnown(session, untouched.Image))
        {
            return new(session, null, null);
        }

        var baseTree = bottom is ImageNode image ? (StageTree)(await session.EvaluateAsync(image, cancellationToken).ConfigureAwait(false)).Tree : null;
        return new(session, (StageTree)(await session.EvaluateAsync(stage.Root, cancellationToken).ConfigureAwait(false)).Tree, baseTree);
    }

    /// <summary>Whether the file at a path is the base image's own.</summary>
    public bool IsInherited(string path) =>
        _tree is null
            || (_baseTree is not null && Find(_baseTree, path) is { } below && Find(_tree, path) is { } here && ReferenceEquals(below.Content, here.Content));

    /// <summary>Whether there is a file at a path.</summary>
    public bool Contains(string path) => _tree is null || Find(_tree, path) is not null;

    /// <summary>The file at a path in the store; null if there is none.</summary>
    public async ValueTask<StoredFile?> StoreAsync(string path, CancellationToken cancellationToken) =>
        _tree is not null && Find(_tree, path) is { } file ? await file.Content.StoreAsync(cancellationToken).ConfigureAwait(false) : null;

    /// <summary>The absolute paths, as messages list them.</summary>
    public IEnumerable<string> Paths => Entries.Where(entry => entry.Value is FileEntry).Select(entry => "/" + entry.Key);

    /// <summary>All files, those that this build makes in the store.</summary>
    public async ValueTask<ImmutableArray<ImageFile>> ListAsync(CancellationToken cancellationToken)
    {
        var files = ImmutableArray.CreateBuilder<ImageFile>();
        foreach (var path in Entries.Where(entry => entry.Value is not DirectoryEntry).Select(entry => entry.Key))
        {
            if (Find(_tree!, path) is { } file)
            {
                files.Add(await DescribeAsync("/" + path, file.Content, cancellationToken).ConfigureAwait(false));
            }
        }

        return files.ToImmutable();
    }

    private async ValueTask<ImageFile> DescribeAsync(string path, FileContent content, CancellationToken cancellationToken)
    {
        if (content is BaseFile { IsHere: false } remote && !_session.Request.FetchFiles)
        {
            return new ImageFile(path, remote.KnownDigest, remote.Size, "");
        }

        var stored = await content.StoreAsync(cancellationToken).ConfigureAwait(false);
        _session.Reporter.Count(stored);
        return new ImageFile(path, stored.Digest, stored.Size, stored.Path);
    }

    private ImmutableSortedDictionary<string, TreeEntry> Entries => (_tree ?? StageTree.Empty).Entries;

    private static FileEntry? Find(StageTree tree, string path) => tree.Find(TreePath.Normalize(path)) as FileEntry;
}
