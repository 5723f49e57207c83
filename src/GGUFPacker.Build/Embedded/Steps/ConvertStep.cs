using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Conversion;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>CONVERT: the result is a file that is written when it is needed.</summary>
internal static class ConvertStep
{
    /// <summary>What the node puts onto its base.</summary>
    /// <exception cref="StepException">The source is no directory or the destination cannot take a file.</exception>
    public static ImmutableSortedDictionary<string, TreeEntry> Run(BuildSession session, ConvertNode node, StageTree onto, FileTree from)
    {
        var source = RequireDirectory(node.Source, from, "CONVERT reads a checkpoint's directory");
        var baseModel = node.BaseModel is null ? null : RequireDirectory(node.BaseModel, onto, "--base is the directory of a model");
        return ModelFile.Place(
            session,
            node,
            onto,
            node.Destination,
            new DerivedModel(
                async cancellationToken => await DescribeAsync(node, source, from, cancellationToken).ConfigureAwait(false)
                    + (baseModel is null ? "" : "base " + await DescribeAsync(node, baseModel, onto, cancellationToken).ConfigureAwait(false)),
                async cancellationToken => Open(
                    session,
                    node,
                    await FilesAsync(source, from, cancellationToken).ConfigureAwait(false),
                    baseModel is null ? null : await FilesAsync(baseModel, onto, cancellationToken).ConfigureAwait(false)),
                () => CheckUnchanged([.. CheckpointEntries(source, from), .. baseModel is null ? [] : CheckpointEntries(baseModel, onto)])));
    }

    private static string RequireDirectory(string path, FileTree tree, string rule)
    {
        var normalized = TreePath.Normalize(path);
        return tree.Find(normalized) switch
        {
            DirectoryEntry => normalized,
            null => throw new StepException($"The checkpoint directory '{path}' does not exist{(tree is ContextTree context ? $" in '{context.Root}'" : "")}."),
            _ => throw new StepException($"{rule}; '{path}' is a file."),
        };
    }

    private static ConvertedModel Open(BuildSession session, ConvertNode node, CheckpointFiles files, CheckpointFiles? baseModel)
    {
        var model = ModelConverter.Open(files, new ConvertOptions
        {
            Kind = node.Class switch
            {
                "lora" => ConversionKind.Adapter,
                "mmproj" => ConversionKind.Projector,
                _ => ConversionKind.Model,
            },
            BaseModel = baseModel,
            OutType = Enum.Parse<OutType>(node.Type, ignoreCase: true),
            PreTokenizer = node.PreTokenizer,
            ModelName = node.ModelName,
        });
        foreach (var note in model.Notes)
        {
            session.Note(node, note);
        }

        return model;
    }

    private static async ValueTask<string> DescribeAsync(ConvertNode node, string source, FileTree from, CancellationToken cancellationToken)
    {
        var description = new StringBuilder($"convert\n{NameOf(source, from)}\n{node.Class}\n{node.Type}\n{node.PreTokenizer}\n{node.ModelName}\n");
        foreach (var (path, file) in CheckpointEntries(source, from))
        {
            description.Append(path).Append('\t').Append(await file.Content.IdentifyAsync(cancellationToken).ConfigureAwait(false)).Append('\n');
        }

        return description.ToString();
    }

    private static async ValueTask<CheckpointFiles> FilesAsync(string source, FileTree from, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        // Several at a time: those that are elsewhere have to come first.
        var options = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(CheckpointEntries(source, from), options, async (entry, token) =>
        {
            var location = await entry.File.Content.LocateAsync(token).ConfigureAwait(false);
            lock (files)
            {
                files.Add(entry.Path, location);
            }
        }).ConfigureAwait(false);

        return new CheckpointFiles(NameOf(source, from), files);
    }

    private static void CheckUnchanged(IEnumerable<(string Path, FileEntry File)> entries)
    {
        foreach (var (_, file) in entries)
        {
            file.Content.CheckUnchanged();
        }
    }

    private static IEnumerable<(string Path, FileEntry File)> CheckpointEntries(string source, FileTree from)
    {
        var files = from.Below(source)
            .Where(entry => entry.Value is FileEntry)
            .ToDictionary(entry => source.Length == 0 ? entry.Key : entry.Key[(source.Length + 1)..], entry => (FileEntry)entry.Value, StringComparer.Ordinal);
        return CheckpointSelection.Select(files.Keys).Order(StringComparer.Ordinal).Select(path => (path, files[path]));
    }

    // The directory's name is where general.name and its kin come from.
    private static string NameOf(string source, FileTree from) =>
        source.Length > 0 ? TreePath.Name(source) : from is ContextTree context ? Path.GetFileName(Path.TrimEndingDirectorySeparator(context.Root)) : "model";
}
