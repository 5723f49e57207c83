using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Build.Sources;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>
/// An archive that ADD unpacks: a tar, plain or compressed with gzip or zstd, told by its bytes as Docker does. It is taken into the store as a layer would be,
/// under the same limits, and once for the same bytes.
/// </summary>
internal static class UnpackStep
{
    private const string Whiteout = ".wh.";

    private static readonly string[] TarNames = [".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tbz"];

    /// <summary>What a file holds; null if it is no archive, and is copied as any other.</summary>
    /// <exception cref="StepException">It is an archive that cannot be unpacked, or holds what none may hold.</exception>
    public static async ValueTask<LayerRecipe?> ReadAsync(
        BuildSession session, GraphNode node, FileContent content, string name, CancellationToken cancellationToken)
    {
        var path = await content.LocateAsync(cancellationToken).ConfigureAwait(false);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        RefuseUnknown(file, name);
        if (TarProbe.Detect(file) is not { } compression)
        {
            return null;
        }

        var key = $"unpack\n{await content.IdentifyAsync(cancellationToken).ConfigureAwait(false)}";
        if (session.Steps.FindLayer(key) is { IsEmpty: false } known && session.Store.Layers.Find(known) is { } recipe)
        {
            return recipe;
        }

        session.Report(node, Engine.BuildStepStatus.Started, 0, file.Length, name);
        file.Position = 0;
        try
        {
            recipe = await session.Store.Layers.ImportAsync(file, compression, file.Length, diffId: default, cancellationToken).ConfigureAwait(false);
        }
        catch (LayerException exception)
        {
            throw new StepException($"'{name}' cannot be unpacked. {exception.Message} With --unpack=false it is added as it is.", exception);
        }

        content.CheckUnchanged();
        session.Steps.PutLayer(key, $"{node.Name} (unpacked)", recipe.DiffId, recipe.Size);
        return recipe;
    }

    /// <summary>
    /// An archive's files and directories below a directory of the stage. Links become what they lead to; of devices and pipes there are none.
    /// </summary>
    /// <exception cref="StepException">A link leads out of the archive or in circles, or a name is one that images keep for themselves.</exception>
    public static IEnumerable<KeyValuePair<string, TreeEntry>> Entries(
        BuildSession session, CopyNode node, LayerRecipe archive, string name, string destination, StageTree onto)
    {
        if (archive.Entries.FirstOrDefault(entry => TreePath.Name(entry.Path).StartsWith(Whiteout, StringComparison.Ordinal)) is { } whiteout)
        {
            throw new StepException($"'{name}' holds '{whiteout.Path}': in an image, a name that begins with '{Whiteout}' hides a file.");
        }

        var given = archive.Entries.Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        var files = Flatten(archive, name).Where(entry => given.Contains(entry.Key))
            .ToImmutableSortedDictionary(entry => TreePath.Join(destination, entry.Key), entry => entry.Value, StringComparer.Ordinal);
        if (files.Values.Count(entry => entry.Kind == LayerEntryKind.Special) is > 0 and var devices)
        {
            session.Note(node, $"'{name}' holds {devices} devices or pipes, which are left out.");
        }

        foreach (var (path, entry) in files)
        {
            if (entry.Kind is LayerEntryKind.File or LayerEntryKind.Directory)
            {
                yield return new(path, Of(session.Store, entry));
            }
        }

        foreach (var copy in Links(session, node, files, name, destination, onto))
        {
            yield return copy;
        }
    }

    private static IEnumerable<KeyValuePair<string, TreeEntry>> Links(
        BuildSession session, CopyNode node, ImmutableSortedDictionary<string, LayerEntry> files, string name, string destination, StageTree onto)
    {
        var targets = files.Where(entry => entry.Value.Kind == LayerEntryKind.SymbolicLink).ToDictionary(
            entry => entry.Key, entry => entry.Value.LinkTarget ?? "", StringComparer.Ordinal);
        var directories = files.Keys.SelectMany(TreePath.Parents)
            .Concat(files.Where(entry => entry.Value.Kind == LayerEntryKind.Directory).Select(entry => entry.Key))
            .ToHashSet(StringComparer.Ordinal);
        var links = new SymbolicLinks(targets, IsDirectory, Below, hasRoot: true);
        foreach (var (path, target) in targets)
        {
            // Docker refuses such a link too: what is unpacked must not depend on where.
            if (!target.StartsWith('/') && Climbs(path[(destination.Length == 0 ? 0 : destination.Length + 1)..], target))
            {
                throw new StepException($"'{name}' holds the symbolic link '{path}' to '{target}', which leads out of the archive.");
            }

            var expansion = links.Expand(path);
            if (expansion.Fault is { } fault)
            {
                throw new StepException($"'{name}' holds the symbolic link '{path}' to '{target}', which {fault}.");
            }

            if (expansion.Copies.Count == 0)
            {
                session.Note(node, $"The symbolic link '{path}' to '{target}' of '{name}' is left out: there is nothing where it leads to.");
            }

            foreach (var (copy, source) in expansion.Copies)
            {
                yield return new(copy, files.TryGetValue(source, out var entry) ? Of(session.Store, entry) : onto.Find(source) ?? new DirectoryEntry());
            }
        }

        bool? IsDirectory(string path) => directories.Contains(path) || path.Length == 0 ? true
            : files.TryGetValue(path, out var entry) ? (entry.Kind == LayerEntryKind.File ? false : null)
            : onto.Find(path) switch { DirectoryEntry => true, FileEntry => false, _ => null };

        IEnumerable<string> Below(string directory) => files.Where(entry => entry.Key != directory && TreePath.IsAtOrBelow(entry.Key, directory) && entry.Value.Kind != LayerEntryKind.Special).Select(entry => entry.Key)
            .Concat(onto.Below(directory).Select(entry => entry.Key)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
    }

    private static bool Climbs(string path, string target)
    {
        var depth = path.Count(c => c == '/');
        foreach (var part in target.Split('/'))
        {
            depth += part switch { ".." => -1, "" or "." => 0, _ => 1 };
            if (depth < 0)
            {
                return true;
            }
        }

        return false;
    }

    private static ImmutableSortedDictionary<string, LayerEntry> Flatten(LayerRecipe archive, string name)
    {
        try
        {
            return LayerFiles.Flatten([archive]);
        }
        catch (LayerException exception)
        {
            throw new StepException($"'{name}' cannot be unpacked. {exception.Message}", exception);
        }
    }

    private static TreeEntry Of(ContentStore store, LayerEntry entry)
    {
        var owner = new FileOwner(entry.UserId, entry.GroupId);
        if (entry.Kind == LayerEntryKind.Directory)
        {
            return new DirectoryEntry(entry.Mode) { Owner = owner };
        }

        FileContent content = entry.Size == 0
            ? new TextContent(store, [])
            : new StoredContentFile(new(entry.Content, entry.Size, store.Contents.PathOf(entry.Content)));
        return new FileEntry(content, entry.Mode) { Owner = owner };
    }

    // Nothing here reads these two, so a name has to tell whether there is a tar inside.
    private static void RefuseUnknown(FileStream file, string name)
    {
        Span<byte> magic = stackalloc byte[6];
        var read = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        file.Position = 0;
        var known = read < magic.Length
            ? null
            : magic.SequenceEqual((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? "xz"
            : magic[..3].SequenceEqual("BZh"u8) ? "bzip2"
            : null;
        if (known is not null && TarNames.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase)))
        {
            throw new StepException(
                $"'{name}' is compressed with {known}, which is not read here: compress it with gzip or zstd, or add it as it is with --unpack=false.");
        }
    }
}
