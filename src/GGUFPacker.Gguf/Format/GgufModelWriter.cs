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
        var done = new GgufWriteProgress("", 0, layout.TotalBytes) { TensorCount = model.Tensors.Length };
        return WriteAsync(model, layout, output, options, progress, done, cancellationToken);
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
        var done = new GgufWriteProgress("", 0, layouts.Sum(layout => layout.TotalBytes)) { TensorCount = files.Sum(file => file.Model.Tensors.Length) };
        foreach (var (_, path) in files)
        {
            GgufTemporaryFile.RemoveAbandoned(path);
        }

        var temporaries = new List<GgufTemporaryFile>();
        try
        {
            for (var i = 0; i < files.Count; i++)
            {
                var temporary = GgufTemporaryFile.Create(files[i].Path, layouts[i].TotalBytes);
                temporaries.Add(temporary);
                done = await WriteAsync(files[i].Model, layouts[i], temporary.Stream, options, progress, done, cancellationToken).ConfigureAwait(false);
            }

            cancellationToken.ThrowIfCancellationRequested();
            temporaries.ForEach(temporary => temporary.Publish());
        }
        finally
        {
            temporaries.ForEach(temporary => temporary.Dispose());
        }
    }

    // What was done before, together with what is done here.
    private static async Task<GgufWriteProgress> WriteAsync(
        IGgufModel model, GgufLayout layout, Stream output, GgufWriteOptions options, IProgress<GgufWriteProgress>? progress, GgufWriteProgress done,
        CancellationToken cancellationToken)
    {
        var tensorsBefore = done.TensorNumber;
        var head = new byte[layout.DataOffset];
        layout.Header.CopyTo(head);
        await output.WriteAsync(head, cancellationToken).ConfigureAwait(false);
        Report(done with { BytesDone = done.BytesDone + head.Length });
        var pipeline = new GgufRowPipeline(model, layout, options.Threads > 0 ? options.Threads : Environment.ProcessorCount);
        await pipeline.RunAsync(output, Written, cancellationToken).ConfigureAwait(false);
        return done with { TensorNumber = tensorsBefore + model.Tensors.Length };

        void Written(int tensor, int bytes) => Report(done with
        {
            TensorName = model.Tensors[tensor].Name,
            TensorNumber = tensorsBefore + tensor + 1,
            BytesDone = done.BytesDone + bytes,
        });

        void Report(GgufWriteProgress now)
        {
            done = now;
            progress?.Report(now);
        }
    }
}
