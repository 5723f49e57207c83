namespace GGUFPacker.Gguf.Format;

/// <summary>
/// Writes models as GGUF files of version 3. Rows are read on several threads and written in order, so the output is the same for any number of them.
/// </summary>
public static class GgufModelWriter
{
    /// <summary>Writes a model to a stream. What arrives at the stream is in order, so it may hash in passing.</summary>
    /// <param name="model">The model; its rows are read from several threads at once.</param>
    /// <param name="output">Takes the bytes; need not seek.</param>
    /// <param name="options">How to write; the defaults if null.</param>
    /// <param name="progress">Told after each run of rows.</param>
    /// <param name="cancellationToken">Stops the writing; what was written by then is no model.</param>
    /// <exception cref="GgufException">The model cannot be laid out or a tensor cannot be read; the message names the tensor.</exception>
    public static Task WriteAsync(
        IGgufModel model, Stream output, GgufWriteOptions? options = null, IProgress<GgufWriteProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new GgufWriteOptions();
        var layout = GgufLayout.Create(model.Metadata, model.Tensors, options.BigEndian, options.PadHeader);
        return WriteAsync(model, layout, output, options, progress, 0, layout.TotalBytes, cancellationToken);
    }

    /// <summary>Writes a model to a file: first beside it under another name, so that a file of this name is always whole.</summary>
    /// <param name="model">The model; its rows are read from several threads at once.</param>
    /// <param name="path">The file; an existing one is replaced at the end.</param>
    /// <param name="options">How to write; the defaults if null.</param>
    /// <param name="progress">Told after each run of rows.</param>
    /// <param name="cancellationToken">Stops the writing and removes what was written.</param>
    /// <exception cref="GgufException">The model cannot be laid out or a tensor cannot be read; the message names the tensor.</exception>
    public static Task WriteFileAsync(
        IGgufModel model, string path, GgufWriteOptions? options = null, IProgress<GgufWriteProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        WriteFilesAsync([(model, path)], options, progress, cancellationToken);

    /// <summary>Writes a model as several files by a plan; all files take their names at the end.</summary>
    /// <param name="model">The whole model.</param>
    /// <param name="plan">Which tensors go into which file.</param>
    /// <param name="prefix">The path without the numbers and <c>.gguf</c>; a plan of one part is written to <c>prefix.gguf</c>.</param>
    /// <param name="options">How to write; the defaults if null.</param>
    /// <param name="progress">Told after each run of rows.</param>
    /// <param name="cancellationToken">Stops the writing and removes what was written.</param>
    /// <returns>The paths, in order.</returns>
    /// <exception cref="GgufException">The model cannot be laid out or a tensor cannot be read; the message names the tensor.</exception>
    public static async Task<IReadOnlyList<string>> WriteSplitAsync(
        IGgufModel model, GgufSplitPlan plan, string prefix, GgufWriteOptions? options = null, IProgress<GgufWriteProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(plan);
        var files = Enumerable.Range(0, plan.Count).Select(index => (plan.Part(model, index), plan.PathOf(prefix, index))).ToArray();
        await WriteFilesAsync(files, options, progress, cancellationToken).ConfigureAwait(false);
        return [.. files.Select(file => file.Item2)];
    }

    private static async Task WriteFilesAsync(
        IReadOnlyList<(IGgufModel Model, string Path)> files, GgufWriteOptions? options, IProgress<GgufWriteProgress>? progress,
        CancellationToken cancellationToken)
    {
        options ??= new GgufWriteOptions();
        var layouts = files.Select(file => GgufLayout.Create(file.Model.Metadata, file.Model.Tensors, options.BigEndian, options.PadHeader)).ToArray();
        var total = layouts.Sum(layout => layout.TotalBytes);
        var temporaries = files.Select(file => TemporaryBeside(file.Path)).ToArray();
        try
        {
            var done = 0L;
            for (var i = 0; i < files.Count; i++)
            {
                // The size is known, so a full disk is noticed before the work and the file is not fragmented.
                var stream = new FileStream(temporaries[i], new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    Options = FileOptions.SequentialScan,
                    BufferSize = 0,
                    PreallocationSize = layouts[i].TotalBytes,
                });
                await using (stream.ConfigureAwait(false))
                {
                    await WriteAsync(files[i].Model, layouts[i], stream, options, progress, done, total, cancellationToken).ConfigureAwait(false);
                }

                done += layouts[i].TotalBytes;
            }

            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < files.Count; i++)
            {
                File.Move(temporaries[i], files[i].Path, overwrite: true);
            }
        }
        catch
        {
            foreach (var temporary in temporaries)
            {
                File.Delete(temporary);
            }

            throw;
        }
    }

    private static async Task WriteAsync(
        IGgufModel model, GgufLayout layout, Stream output, GgufWriteOptions options, IProgress<GgufWriteProgress>? progress, long done, long total,
        CancellationToken cancellationToken)
    {
        var head = new byte[layout.DataOffset];
        layout.Header.CopyTo(head);
        await output.WriteAsync(head, cancellationToken).ConfigureAwait(false);
        done += head.Length;
        progress?.Report(new GgufWriteProgress("", done, total));
        var pipeline = new GgufRowPipeline(model, layout, options.Threads > 0 ? options.Threads : Environment.ProcessorCount);
        await pipeline.RunAsync(output, Report, cancellationToken).ConfigureAwait(false);

        void Report(string name, int bytes) => progress?.Report(new GgufWriteProgress(name, done += bytes, total));
    }

    private static string TemporaryBeside(string path)
    {
        var full = Path.GetFullPath(path);
        return Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
    }
}
