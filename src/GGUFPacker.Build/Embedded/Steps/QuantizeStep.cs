using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Model;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>QUANTIZE: the result is a file that is written when it is needed, from the source's model, whether that lies in a file or is converted on the way.</summary>
internal static class QuantizeStep
{
    /// <summary>What the node puts onto its base.</summary>
    /// <exception cref="StepException">The source is no file or the destination cannot take one.</exception>
    public static ImmutableSortedDictionary<string, TreeEntry> Run(BuildSession session, QuantizeNode node, StageTree onto, FileTree from)
    {
        var source = TreePath.Normalize(node.Source);
        if (from.Find(source) is not FileEntry file)
        {
            throw new StepException(from.Find(source) is null
                ? $"The GGUF file '{node.Source}' does not exist{(from is ContextTree context ? $" in '{context.Root}'" : " in the stage it is read from")}."
                : $"QUANTIZE reads a GGUF file; '{node.Source}' is a directory.");
        }

        if (GgufSplitName.TryParse(TreePath.Name(source)) is not null)
        {
            throw new StepException($"'{node.Source}' is a part of a split model; QUANTIZE of split models is not supported yet in a GGUFPackerfile, 'gguf-packer quantize' takes them.");
        }

        var options = QuantizeCommandLine.Parse([.. node.Options, "in.gguf", "out.gguf", node.Type], "").Options;
        return ModelFile.Place(
            session,
            node,
            onto,
            node.Destination,
            async cancellationToken => $"quantize\n{string.Join('\n', node.Options)}\n{node.Type}\n{await file.Content.IdentifyAsync(cancellationToken).ConfigureAwait(false)}",
            cancellationToken => OpenAsync(file, options, cancellationToken));
    }

    private static async ValueTask<IGgufModel> OpenAsync(FileEntry file, QuantizeOptions options, CancellationToken cancellationToken)
    {
        var source = await file.Content.OpenModelAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return QuantizedModel.Create(source, options, cancellationToken);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }
}
