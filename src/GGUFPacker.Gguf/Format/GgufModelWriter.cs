using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// Writes models as GGUF files of version 3. Rows are read on several threads; the output is the same for any number of them.
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
    public static async Task WriteAsync(
        IGgufModel model, Stream output, GgufWriteOptions? options = null, IProgress<GgufWriteProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(output);
        options ??= new GgufWriteOptions();
        var layout = GgufLayout.Create(model.Metadata, model.Tensors, options.BigEndian, options.PadHeader);
        var counter = new GgufWriteCounter(layout.TotalBytes, model.Tensors.Length, progress);
        var head = Head(layout);
        await output.WriteAsync(head, cancellationToken).ConfigureAwait(false);
        counter.BeginFile(model.Tensors, head.Length);
        var pipeline = new GgufRowPipeline(GgufChunk.Plan(model, layout), new GgufChunkReader(model, layout.IsBigEndian), ThreadsOf(options));
        await pipeline.RunAsync(output, counter.Add, cancellationToken).ConfigureAwait(false);
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
        var counter = new GgufWriteCounter(layouts.Sum(layout => layout.TotalBytes), files.Sum(file => file.Model.Tensors.Length), progress);
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
                await WriteAsync(files[i].Model, layouts[i], temporary.Handle, ThreadsOf(options), counter, cancellationToken).ConfigureAwait(false);
            }

            cancellationToken.ThrowIfCancellationRequested();
            temporaries.ForEach(temporary => temporary.Publish());
        }
        finally
        {
            temporaries.ForEach(temporary => temporary.Dispose());
        }
    }

    private static async Task WriteAsync(
        IGgufModel model, GgufLayout layout, SafeFileHandle file, int threads, GgufWriteCounter counter, CancellationToken cancellationToken)
    {
        var head = Head(layout);
        await RandomAccess.WriteAsync(file, head, 0, cancellationToken).ConfigureAwait(false);
        counter.BeginFile(model.Tensors, head.Length);
        var pipeline = new GgufFilePipeline(GgufChunk.Plan(model, layout), new GgufChunkReader(model, layout.IsBigEndian), threads);
        await pipeline.RunAsync(file, counter.Add, cancellationToken).ConfigureAwait(false);
    }

    private static byte[] Head(GgufLayout layout)
    {
        var head = new byte[layout.DataOffset];
        layout.Header.CopyTo(head);
        return head;
    }

    private static int ThreadsOf(GgufWriteOptions options) => options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
}
