using System.Collections.Immutable;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// Writes tensor data to a stream: threads read chunks into a ring of buffers, in any order; one writer writes the chunks in order.
/// A thread takes the next chunk only when its place in the ring is free, which bounds the memory and holds the threads back behind a slow output.
/// </summary>
internal sealed class GgufRowPipeline
{
    private readonly ImmutableArray<GgufChunk> _chunks;
    private readonly GgufChunkReader _reader;
    private readonly int _threads;
    private readonly byte[]?[] _buffers;
    private readonly TaskCompletionSource[] _filled;
    private readonly int _bufferBytes;
    private int _next;

    public GgufRowPipeline(ImmutableArray<GgufChunk> chunks, GgufChunkReader reader, int threads)
    {
        _chunks = chunks;
        _reader = reader;
        _threads = Math.Min(threads, Math.Max(1, _chunks.Length));
        var places = (2 * _threads) + 1;
        _buffers = new byte[places][];
        _filled = new TaskCompletionSource[places];
        _bufferBytes = _chunks.IsEmpty ? 0 : _chunks.Max(chunk => chunk.Bytes);
    }

    /// <summary>Writes all chunks.</summary>
    /// <param name="output">Takes the bytes in order.</param>
    /// <param name="written">Told after each chunk.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public async Task RunAsync(Stream output, Action<GgufChunk> written, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _filled.Length; i++)
        {
            _filled[i] = NewCompletion();
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var free = new SemaphoreSlim(_filled.Length);
        var workers = Enumerable.Range(0, _threads).Select(_ => GgufThread.Start(() => Work(free, stop.Token))).ToArray();
        try
        {
            for (var i = 0; i < _chunks.Length; i++)
            {
                var place = i % _filled.Length;
                await _filled[place].Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                await output.WriteAsync(_buffers[place].AsMemory(0, _chunks[i].Bytes), cancellationToken).ConfigureAwait(false);
                written(_chunks[i]);
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

    private static TaskCompletionSource NewCompletion() => new(TaskCreationOptions.RunContinuationsAsynchronously);

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
            if (index >= _chunks.Length)
            {
                return;
            }

            // Of the chunks that are taken the oldest is at most one ring ahead of the writer, so its place is free.
            var place = index % _filled.Length;
            var filled = _filled[place];
            try
            {
                var buffer = _buffers[place] ??= GC.AllocateUninitializedArray<byte>(_bufferBytes);
                _reader.Read(_chunks[index], buffer.AsSpan(0, _chunks[index].Bytes), stop);
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
}
