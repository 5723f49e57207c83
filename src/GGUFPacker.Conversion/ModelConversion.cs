using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion;

/// <summary>Converts a checkpoint to one or several GGUF files, as llama.cpp's converter does when it is called by its options.</summary>
public static class ModelConversion
{
    /// <summary>Converts a checkpoint and writes the result.</summary>
    /// <param name="files">The checkpoint.</param>
    /// <param name="output">
    /// The file, with placeholders as <see cref="ConvertedModel.FillFileName"/> knows them; or an existing directory, in which the file has its
    /// <see cref="ConvertedModel.DefaultFileName"/>. A model that is split is written beside it, with numbers in the names.
    /// </param>
    /// <param name="options">How to convert; the defaults if null.</param>
    /// <param name="writeOptions">How to write; the byte order is that of <paramref name="options"/>.</param>
    /// <param name="progress">Told after each run of rows.</param>
    /// <param name="notes">Told what is worth telling the user, such as how the pre-tokenizer was found, before anything is written.</param>
    /// <param name="cancellationToken">Stops the conversion and removes what was written.</param>
    /// <returns>The paths of the files, in order.</returns>
    /// <exception cref="CheckpointException">The checkpoint is broken or of a kind that is not supported.</exception>
    /// <exception cref="GgufException">A tensor cannot be read or the model cannot be laid out.</exception>
    public static async Task<ImmutableArray<string>> RunAsync(
        CheckpointFiles files,
        string output,
        ConvertOptions? options = null,
        GgufWriteOptions? writeOptions = null,
        IProgress<GgufWriteProgress>? progress = null,
        Action<string>? notes = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new ConvertOptions();
        using var model = ModelConverter.Open(files, options);
        foreach (var note in model.Notes)
        {
            notes?.Invoke(note);
        }

        var path = Directory.Exists(output)
            ? Path.Combine(output, model.DefaultFileName)
            : Path.Combine(Path.GetDirectoryName(output) ?? "", model.FillFileName(Path.GetFileName(output)));

        // A vocabulary ends with its last key; there is no data for which the header would be padded.
        writeOptions = (writeOptions ?? new GgufWriteOptions()) with { BigEndian = options.BigEndian, PadHeader = !options.VocabularyOnly };
        var plan = GgufSplitPlan.Create(model.Tensors, options.SplitMaxTensors, options.SplitMaxBytes, options.NoTensorFirstSplit);
        if (plan.Count == 1)
        {
            await GgufModelWriter.WriteFileAsync(model, path, writeOptions, progress, cancellationToken).ConfigureAwait(false);
            return [path];
        }

        var prefix = Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileNameWithoutExtension(path));
        return [.. await GgufModelWriter.WriteSplitAsync(model, plan, prefix, writeOptions, progress, cancellationToken).ConfigureAwait(false)];
    }
}
