using System.Diagnostics;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>Reads chunks of a model's rows as they stand in the file. Safe to use from several threads.</summary>
internal sealed class GgufChunkReader(IGgufModel model, bool isBigEndian)
{
    private const long FirstElements = 16 * 1024;
    private static readonly TimeSpan ShortCall = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongCall = TimeSpan.FromMilliseconds(50);

    /// <summary>Reads a chunk, with zeros as its padding.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="destination">As many bytes as it has.</param>
    /// <param name="stop">Asked between runs of rows.</param>
    /// <exception cref="GgufException">The rows cannot be read; the message names the tensor.</exception>
    public void Read(GgufChunk chunk, Span<byte> destination, CancellationToken stop)
    {
        var tensor = model.Tensors[chunk.Tensor];
        var rowBytes = (int)tensor.RowBytes;
        var data = destination[..((int)chunk.Rows * rowBytes)];
        try
        {
            // Slow rows are read few at a time, so that cancelling never waits long: the slowest search makes some 300,000 elements a second.
            var rowsAtOnce = (int)Math.Min(chunk.Rows, Math.Max(1, FirstElements / tensor.Columns));
            for (var row = 0; row < chunk.Rows;)
            {
                stop.ThrowIfCancellationRequested();
                var rows = (int)Math.Min(rowsAtOnce, chunk.Rows - row);
                var started = Stopwatch.GetTimestamp();
                model.ReadRows(chunk.Tensor, chunk.FirstRow + row, data.Slice(row * rowBytes, rows * rowBytes));
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

        if (isBigEndian)
        {
            GgufByteOrder.Reverse(data, GgufByteOrder.SwapUnit(tensor.Type));
        }

        destination[data.Length..].Clear();
    }
}
