using System.Diagnostics;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// Writes tensor data: threads read runs of whole rows ("chunks") into a ring of buffers, in any order; one writer writes the chunks in order.
/// A thread takes the next chunk only when its place in the ring is free, which bounds the memory and holds the threads back behind a slow output.
/// </summary>
internal sealed class GgufRowPipeline
{
    private const long ChunkBytes = 2 << 20;
    private const long ChunkElements = 2 << 20;
    private const long FirstElements = 16 * 1024;
    private static readonly TimeSpan ShortCall = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongCall = TimeSpan.FromMilliseconds(50);

    private readonly IGgufModel _model;
    private readonly GgufLayout _layout;
    private readonly List<Chunk> _chunks;
    private readonly int _threads;
    private readonly byte[]?[] _buffers;
    private readonly TaskCompletionSource[] _filled;
    private readonly int _bufferBytes;
    private int _next;

    public GgufRowPipeline(IGgufModel model, GgufLayout layout, int threads)
    {
        _model = model;
        _layout = layout;
        _chunks = Plan(model, layout);
        _threads = Math.Min(threads, Math.Max(1, _chunks.Count));
        var places = (2 * _threads) + 1;
        _buffers = new byte[places][];
        _filled = new TaskCompletionSource[places];
        _bufferBytes = _chunks.Count == 0 ? 0 : _chunks.Max(chunk => chunk.Bytes);
    }

    public async Task RunAsync(Stream output, Action<int, int> written, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _filled.Length; i++)
        {
            _filled[i] = NewCompletion();
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var free = new SemaphoreSlim(_filled.Length);
        var workers = Enumerable.Range(0, _threads).Select(_ => StartWorker(free, stop.Token)).ToArray();
        try
        {
            for (var i = 0; i < _chunks.Count; i++)
            {
                var place = i % _filled.Length;
                await _filled[place].Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                await output.WriteAsync(_buffers[place].AsMemory(0, _chunks[i].Bytes), cancellationToken).ConfigureAwait(false);
                written(_chunks[i].Tensor, _chunks[i].Bytes);
                _filled[place] = NewCompletion();
                free.Release();
            }
        }
        finally
        {
            // The threads use the model, which the caller may dispose once this method is left.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(workers).ConfigureAwait(false);
        }
    }

    private static List<Chunk> Plan(IGgufModel model, GgufLayout layout)
    {
        var chunks = new List<Chunk>();
        for (var index = 0; index < model.Tensors.Length; index++)
        {
            var tensor = model.Tensors[index];
            if (tensor.ByteLength == 0)
            {
                continue;
            }

            var rowsAtOnce = Math.Max(1, Math.Min(ChunkBytes / tensor.RowBytes, ChunkElements / tensor.Columns));
            for (var row = 0L; row < tensor.Rows; row += rowsAtOnce)
            {
                var rows = Math.Min(rowsAtOnce, tensor.Rows - row);
                var padding = row + rows == tensor.Rows ? GgufLayout.Align(tensor.ByteLength, layout.Alignment) - tensor.ByteLength : 0;
                var bytes = (rows * tensor.RowBytes) + padding;
                if (bytes > Array.MaxLength)
                {
                    throw new GgufException($"Cannot write the tensor '{tensor.Name}': a row of {tensor.RowBytes} bytes is too long.");
                }

                chunks.Add(new Chunk(index, row, rows, (int)bytes));
            }
        }

        return chunks;
    }

    private static TaskCompletionSource NewCompletion() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task StartWorker(SemaphoreSlim free, CancellationToken stop)
    {
        var ended = NewCompletion();
        var thread = new Thread(() =>
        {
            Work(free, stop);
            ended.SetResult();
        })
        {
            IsBackground = true,
            Name = "GGUF rows",
        };
        thread.Start();
        return ended.Task;
    }

    private void Work(SemaphoreSlim free, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                free.Wait(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var index = Interlocked.Increment(ref _next) - 1;
            if (index >= _chunks.Count)
            {
                return;
            }

            // Of the chunks that are taken the oldest is at most one ring ahead of the writer, so its place is free.
            var place = index % _filled.Length;
            var filled = _filled[place];
            try
            {
                Fill(_chunks[index], _buffers[place] ??= GC.AllocateUninitializedArray<byte>(_bufferBytes), stop);
                filled.SetResult();
            }
            catch (OperationCanceledException)
            {
                filled.SetCanceled(CancellationToken.None);
                return;
            }
            catch (Exception error)
            {
                filled.SetException(error);
                return;
            }
        }
    }

    private void Fill(Chunk chunk, byte[] buffer, CancellationToken stop)
    {
        var tensor = _model.Tensors[chunk.Tensor];
        var rowBytes = (int)tensor.RowBytes;
        var data = buffer.AsSpan(0, (int)chunk.Rows * rowBytes);
        try
        {
            // Slow rows are read few at a time, so that cancelling never waits long: the slowest search makes some 300,000 elements a second.
            var rowsAtOnce = (int)Math.Min(chunk.Rows, Math.Max(1, FirstElements / tensor.Columns));
            for (var row = 0; row < chunk.Rows;)
            {
                stop.ThrowIfCancellationRequested();
                var rows = (int)Math.Min(rowsAtOnce, chunk.Rows - row);
                var started = Stopwatch.GetTimestamp();
                _model.ReadRows(chunk.Tensor, chunk.FirstRow + row, data.Slice(row * rowBytes, rows * rowBytes));
                var elapsed = Stopwatch.GetElapsedTime(started);
                row += rows;
                rowsAtOnce = elapsed < ShortCall ? (int)Math.Min(chunk.Rows, 4L * rowsAtOnce) : elapsed > LongCall ? Math.Max(1, rowsAtOnce / 2) : rowsAtOnce;
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException
            && !(error is OperationCanceledException && stop.IsCancellationRequested)
            && !(error is GgufException && error.Message.Contains($"'{tensor.Name}'", StringComparison.Ordinal)))
        {
            throw new GgufException($"Cannot write the tensor '{tensor.Name}': {error.Message}", error);
        }

        if (_layout.IsBigEndian)
        {
            GgufByteOrder.Reverse(data, GgufByteOrder.SwapUnit(tensor.Type));
        }

        buffer.AsSpan(data.Length, chunk.Bytes - data.Length).Clear();
    }

    private readonly record struct Chunk(int Tensor, long FirstRow, long Rows, int Bytes);
}
