using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>Counts what is written of one or several files, and reports it. Used by one thread at a time.</summary>
internal sealed class GgufWriteCounter
{
    private readonly IProgress<GgufWriteProgress>? _progress;
    private GgufWriteProgress _done;
    private ImmutableArray<TensorInfo> _tensors = [];
    private int _tensorsBefore;

    /// <summary>Begins to count.</summary>
    /// <param name="totalBytes">Bytes of all files.</param>
    /// <param name="tensorCount">Tensors of all files.</param>
    /// <param name="progress">Told after each run of rows.</param>
    public GgufWriteCounter(long totalBytes, int tensorCount, IProgress<GgufWriteProgress>? progress)
    {
        _done = new GgufWriteProgress("", 0, totalBytes) { TensorCount = tensorCount };
        _progress = progress;
    }

    /// <summary>Begins a file, whose header is written.</summary>
    public void BeginFile(ImmutableArray<TensorInfo> tensors, long headerBytes)
    {
        _tensorsBefore += _tensors.Length;
        _tensors = tensors;
        Report(_done with { BytesDone = _done.BytesDone + headerBytes });
    }

    /// <summary>Counts a chunk of the file. A later tensor's may come before an earlier one's: the number is that of the last tensor begun.</summary>
    public void Add(GgufChunk chunk)
    {
        var number = _tensorsBefore + chunk.Tensor + 1;
        Report(_done with
        {
            TensorName = number < _done.TensorNumber ? _done.TensorName : _tensors[chunk.Tensor].Name,
            TensorNumber = Math.Max(number, _done.TensorNumber),
            BytesDone = _done.BytesDone + chunk.Bytes,
        });
    }

    private void Report(GgufWriteProgress now)
    {
        _done = now;
        _progress?.Report(now);
    }
}
