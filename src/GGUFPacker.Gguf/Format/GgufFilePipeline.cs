using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// Writes tensor data to a file: each thread reads a chunk and puts it at its place. Nobody waits for a chunk before it, and the bytes are written
/// by the thread in whose cache they are. Each thread has one buffer.
/// </summary>
internal sealed class GgufFilePipeline(ImmutableArray<GgufChunk> chunks, GgufChunkReader reader, int threads)
{
    // Linux's page cache takes a large write in large folios, which may be memory that the machine has yet to get back from its host: on a virtual
    // machine writes of 512 KiB and more were measured up to five times slower than these, which are as fast as cp. Elsewhere the size is of no matter.
    private const int WriteBytes = 128 << 10;

    private readonly Lock _reporting = new();
    private readonly int _bufferBytes = chunks.IsEmpty ? 0 : chunks.Max(chunk => chunk.Bytes);
    private volatile Failure? _failure;
    private int _next;

    /// <summary>Writes all chunks.</summary>
    /// <param name="file">The file.</param>
    /// <param name="written">Told after each chunk, by one thread at a time.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public async Task RunAsync(SafeFileHandle file, Action<GgufChunk> written, CancellationToken cancellationToken)
    {
        var count = Math.Min(threads, chunks.Length);
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => GgufThread.Start(() => Work(file, written, cancellationToken)))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure.Error);
        }
    }

    private void Work(SafeFileHandle file, Action<GgufChunk> written, CancellationToken cancellationToken)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(_bufferBytes);
        while (_failure is null && !cancellationToken.IsCancellationRequested)
        {
            var index = Interlocked.Increment(ref _next) - 1;
            if (index >= chunks.Length)
            {
                return;
            }

            try
            {
                var bytes = buffer.AsSpan(0, chunks[index].Bytes);
                reader.Read(chunks[index], bytes, cancellationToken);
                Write(file, bytes, chunks[index].Offset);
                lock (_reporting)
                {
                    written(chunks[index]);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                Fail(index, error);
                return;
            }
        }
    }

    private static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        for (var written = 0; written < bytes.Length; written += WriteBytes)
        {
            RandomAccess.Write(file, bytes.Slice(written, Math.Min(WriteBytes, bytes.Length - written)), offset + written);
        }
    }

    // Of the chunks that fail the first counts: no chunk after it is begun, and those before it are finished.
    private void Fail(int index, Exception error)
    {
        lock (_reporting)
        {
            if (_failure is not { } other || index < other.Index)
            {
                _failure = new Failure(index, error);
            }
        }
    }

    private sealed record Failure(int Index, Exception Error);
}
