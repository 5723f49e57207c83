using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Importance;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>Does what a command line of llama-quantize asks for, in process.</summary>
public static class GgufQuantizer
{
    /// <summary>Plans, and unless it is a dry run writes the files.</summary>
    /// <param name="commandLine">The command line.</param>
    /// <param name="progress">Told while the files are written.</param>
    /// <param name="cancellationToken">Stops the work; no file is left then.</param>
    /// <returns>The plan and the paths of the files, none for a dry run.</returns>
    /// <exception cref="GgufException">The input is invalid or cannot be quantized in this way.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static async Task<QuantizeResult> RunAsync(
        QuantizeCommandLine commandLine, IProgress<GgufWriteProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(commandLine);
        var input = Path.GetFullPath(commandLine.InputPath, commandLine.Directory);
        var output = Path.GetFullPath(commandLine.OutputPath, commandLine.Directory);

        // A relative path of "." compares as the file system does.
        if (!commandLine.IsDryRun && Path.GetRelativePath(input, output) == ".")
        {
            throw new GgufException($"The model '{commandLine.InputPath}' cannot be quantized into itself.");
        }

        using var source = await GgufFile.OpenAsync(input, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (commandLine.IsDryRun)
        {
            using var importance = commandLine.Options.Imatrix is { } imatrix ? ImportanceMatrix.Open(imatrix, cancellationToken) : null;
            return new QuantizeResult(QuantizationPlan.Create(source, commandLine.Options, importance), []);
        }

        using var model = QuantizedModel.Create(source, commandLine.Options, cancellationToken);
        var options = new GgufWriteOptions { Threads = commandLine.Threads };
        if (model.Plan.Split is { Count: > 1 } split)
        {
            var paths = await GgufModelWriter.WriteSplitAsync(model, split, output, options, progress, cancellationToken).ConfigureAwait(false);
            return new QuantizeResult(model.Plan, [.. paths]);
        }

        // A split output of one part still has its number.
        var path = model.Plan.Split is null ? output : new GgufSplitName(output, 1, 1).ToString();
        await GgufModelWriter.WriteFileAsync(model, path, options, progress, cancellationToken).ConfigureAwait(false);
        return new QuantizeResult(model.Plan, [path]);
    }
}
