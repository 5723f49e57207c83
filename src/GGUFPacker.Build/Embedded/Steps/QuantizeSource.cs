using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>The GGUF file that QUANTIZE reads, or the files of a split one in order.</summary>
internal sealed class QuantizeSource
{
    private readonly ImmutableArray<FileContent> _parts;

    private QuantizeSource(ImmutableArray<FileContent> parts) => _parts = parts;

    /// <summary>The number of files.</summary>
    public int PartCount => _parts.Length;

    /// <summary>Finds the file; of a split model, which is named by its first part, all of them.</summary>
    /// <exception cref="StepException">A file is missing, or the path is no file.</exception>
    public static QuantizeSource Find(string path, FileTree tree)
    {
        var source = TreePath.Normalize(path);
        var split = GgufSplitName.TryParse(source);
        if (split is null or { Count: <= 1 })
        {
            return new QuantizeSource([Require(source, path, tree)]);
        }

        if (split.Number != 1)
        {
            throw new StepException($"'{path}' is part {split.Number} of a split model; name the first part, '{split.PathOf(1)}'.");
        }

        var all = Enumerable.Range(1, split.Count).Select(split.PathOf).ToArray();
        var missing = all.Where(part => tree.Find(part) is null).ToArray();
        return missing.Length == 0
            ? new QuantizeSource([.. all.Select(part => Require(part, part, tree))])
            : throw new StepException($"Of the {split.Count} files of the split model '{path}' some do not exist{Place(tree)}: {string.Join(", ", missing)}.");
    }

    /// <summary>The file at a path.</summary>
    /// <exception cref="StepException">There is none.</exception>
    public static FileContent RequireFile(string what, string path, FileTree tree) => tree.Find(TreePath.Normalize(path)) switch
    {
        FileEntry file => file.Content,
        null => throw new StepException($"The {what} '{path}' does not exist{Place(tree)}."),
        _ => throw new StepException($"QUANTIZE reads a file; '{path}' is a directory."),
    };

    /// <summary>What identifies the files' bytes.</summary>
    public async ValueTask<string> IdentifyAsync(CancellationToken cancellationToken)
    {
        var identities = new List<string>();
        foreach (var part in _parts)
        {
            identities.Add(await part.IdentifyAsync(cancellationToken).ConfigureAwait(false));
        }

        return string.Join(' ', identities);
    }

    /// <summary>Opens the model; the caller disposes it.</summary>
    public async ValueTask<IGgufModel> OpenAsync(CancellationToken cancellationToken)
    {
        if (_parts.Length == 1)
        {
            return await _parts[0].OpenModelAsync(cancellationToken).ConfigureAwait(false);
        }

        var paths = new List<string>();
        foreach (var part in _parts)
        {
            paths.Add(await part.LocateAsync(cancellationToken).ConfigureAwait(false));
        }

        return GgufFile.OpenParts(paths, cancellationToken: cancellationToken);
    }

    /// <summary>Makes sure that files of the user's are as the build saw them first.</summary>
    /// <exception cref="StepException">One is not.</exception>
    public void CheckUnchanged()
    {
        foreach (var part in _parts)
        {
            part.CheckUnchanged();
        }
    }

    private static FileContent Require(string path, string name, FileTree tree) => tree.Find(path) is DirectoryEntry
        ? throw new StepException($"QUANTIZE reads a GGUF file; '{name}' is a directory.")
        : RequireFile("GGUF file", path, tree);

    private static string Place(FileTree tree) => tree is ContextTree context ? $" in '{context.Root}'" : " in the stage it is read from";
}
