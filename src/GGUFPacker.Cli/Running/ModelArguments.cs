using System.Collections.Immutable;
using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Verifying;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Cli.Running;

/// <summary>
/// The arguments of an image's CMD, with the files that they name where a server finds them. Such a file is the value of an option that names a file: those of
/// the model itself in any case, others (<c>--grammar-file</c>, <c>--chat-template-file</c>, …) if the image holds the file or the path is relative, because
/// paths of CMD are relative to the image's root. What is written (<c>--log-file</c>) is the machine's.
/// </summary>
internal static class ModelArguments
{
    private const string FileOptionEnding = "-file";

    /// <summary>Rewrites the arguments.</summary>
    /// <param name="command">The image's CMD.</param>
    /// <param name="tree">The image's files.</param>
    /// <param name="locate">Where the server sees a path of the image, which comes without a leading <c>/</c>.</param>
    public static ImmutableArray<string> Rewrite(ModelCommand command, ModelTree tree, Func<string, string> locate)
    {
        var result = command.Arguments.ToBuilder();
        var modelFiles = command.Files.Select(file => file.Index).ToHashSet();
        for (var i = 0; i + 1 < result.Count; i++)
        {
            var name = result[i];
            var flag = LlamaServerFlags.Find(name);
            if (modelFiles.Contains(i + 1) || (NamesFile(name, flag) && result[i + 1].Length > 0))
            {
                result[i + 1] = Locate(result[i + 1], flag?.Value ?? FlagValue.File, modelFiles.Contains(i + 1), tree, locate);
                i++;
            }
            else
            {
                i += flag?.CountValues(result[i + 1]) ?? 0;
            }
        }

        return result.ToImmutable();
    }

    private static bool NamesFile(string name, LlamaServerFlag? flag) =>
        flag?.NamesFiles ?? (name.StartsWith('-') && name.EndsWith(FileOptionEnding, StringComparison.Ordinal));

    private static string Locate(string value, FlagValue kind, bool isModelFile, ModelTree tree, Func<string, string> locate)
    {
        // A path with a comma or a colon in it is a path if the image has it.
        return (kind, tree.Find(value) is not null) switch
        {
            (FlagValue.Files or FlagValue.ScaledFiles, true) => CommandFileList.Write(One(value)),
            (FlagValue.Files, _) => CommandFileList.Write(CommandFileList.Parse(value).Select(One)),
            (FlagValue.ScaledFiles, _) when CommandFileList.ParseScaled(value) is { } files => CommandFileList.Write(files.Select(file => $"{One(file.File)}:{file.Scale}")),
            _ => One(value),
        };

        string One(string path) =>
            tree.Find(path) is { } found ? locate(found)
            : isModelFile || !IsAbsolute(path) ? locate(EntryPath.Clean(path))
            : path;
    }

    private static bool IsAbsolute(string path) => path.StartsWith('/') || Path.IsPathFullyQualified(path);
}
