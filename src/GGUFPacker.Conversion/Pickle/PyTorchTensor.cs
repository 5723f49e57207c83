using System.Buffers;
using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Pickle;

/// <summary>A tensor of a PyTorch file: a view of a storage that several tensors may share, with any strides.</summary>
internal sealed class PyTorchTensor : TensorSource
{
    /// <summary>The most elements of a view that repeats the numbers of its storage.</summary>
    private const long MaximumRepeatedElements = 1L << 31;

    private const int BufferBytes = 64 * 1024;

    private readonly CheckpointFile _file;
    private readonly long _offset;
    private readonly ImmutableArray<long> _strides;
    private readonly ImmutableArray<long> _lengths;
    private readonly bool _isContiguous;

    private PyTorchTensor(CheckpointFile file, long offset, PickleTensor tensor)
        : base(tensor.Type, tensor.Shape)
    {
        _file = file;
        _offset = offset;
        _strides = tensor.Strides;

        // The elements that one step along each dimension passes over.
        var lengths = new long[Shape.Length];
        var length = 1L;
        var isContiguous = true;
        for (var i = Shape.Length - 1; i >= 0; i--)
        {
            lengths[i] = length;
            isContiguous &= Shape[i] == 1 || _strides[i] == length;
            length *= Shape[i];
        }

        _lengths = [.. lengths];
        _isContiguous = isContiguous;
    }

    /// <summary>Opens a tensor.</summary>
    /// <param name="file">The file.</param>
    /// <param name="storageOffset">Where the storage's bytes begin.</param>
    /// <param name="storageBytes">How many there are.</param>
    /// <param name="tensor">The description.</param>
    /// <param name="name">The tensor's name, for errors.</param>
    /// <exception cref="CheckpointException">The view does not lie inside of its storage, or its numbers cannot be converted.</exception>
    public static PyTorchTensor Open(CheckpointFile file, long storageOffset, long storageBytes, PickleTensor tensor, string name)
    {
        if (!tensor.Type.IsConvertible)
        {
            throw new CheckpointException($"Cannot convert the tensor '{name}' of '{file.Name}': its elements are {tensor.Type}, which GGUF has no use for.");
        }

        var bytes = tensor.Type.Bytes;
        var count = (Int128)1;
        var last = (Int128)tensor.Offset;
        for (var i = 0; i < tensor.Shape.Length; i++)
        {
            count *= Math.Max(tensor.Shape[i], 1);
            last += (Int128)Math.Max(tensor.Shape[i] - 1, 0) * tensor.Strides[i];
            if (count > long.MaxValue / 16 || last > long.MaxValue / 16)
            {
                throw Error("is too large");
            }
        }

        var stored = storageBytes / bytes;
        if (!tensor.Shape.Contains(0) && last >= stored)
        {
            throw Error($"needs {last + 1} numbers of its storage, which has {stored}");
        }

        return count > stored && count > MaximumRepeatedElements
            ? throw Error("repeats its numbers too often")
            : new PyTorchTensor(file, checked(storageOffset + (tensor.Offset * bytes)), tensor);

        CheckpointException Error(string what) =>
            new($"Cannot read '{file.Name}': the tensor '{name}' of shape [{string.Join(", ", tensor.Shape)}] {what}.");
    }

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        if (_isContiguous)
        {
            _file.Read(_offset + (first * Type.Bytes), destination);
        }
        else
        {
            Read(0, 0, first, destination);
        }
    }

    /// <summary>Reads a run of elements of the sub-tensor that begins at a place of the storage and has the dimensions from one on.</summary>
    private void Read(int dimension, long place, long first, Span<byte> destination)
    {
        var bytes = Type.Bytes;
        if (dimension == Shape.Length - 1)
        {
            ReadLine(place + (first * _strides[dimension]), _strides[dimension], destination);
            return;
        }

        var length = _lengths[dimension];
        while (!destination.IsEmpty)
        {
            var index = first / length;
            var offset = first % length;
            var rows = destination.Length / bytes / length;
            if (dimension == Shape.Length - 2 && offset == 0 && rows > 1 && _strides[dimension] < _strides[dimension + 1])
            {
                // A transposed matrix: its columns are the lines of the storage.
                ReadColumns(place + (index * _strides[dimension]), rows, destination[..(int)(rows * length * bytes)]);
                first += rows * length;
                destination = destination[(int)(rows * length * bytes)..];
                continue;
            }

            var run = (int)Math.Min(destination.Length, (length - offset) * bytes);
            Read(dimension + 1, place + (index * _strides[dimension]), offset, destination[..run]);
            first += run / bytes;
            destination = destination[run..];
        }
    }

    private void ReadColumns(long place, long rows, Span<byte> destination)
    {
        var bytes = Type.Bytes;
        var columns = (int)Shape[^1];
        var buffer = ArrayPool<byte>.Shared.Rent((int)rows * bytes);
        try
        {
            var line = buffer.AsSpan(0, (int)rows * bytes);
            for (var column = 0; column < columns; column++)
            {
                ReadLine(place + (column * _strides[^1]), _strides[^2], line);
                for (var row = 0; row < rows; row++)
                {
                    line.Slice(row * bytes, bytes).CopyTo(destination[(((row * columns) + column) * bytes)..]);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads elements at equal distances.</summary>
    private void ReadLine(long place, long stride, Span<byte> destination)
    {
        var bytes = Type.Bytes;
        if (stride == 1)
        {
            _file.Read(_offset + (place * bytes), destination);
            return;
        }

        var reach = Math.Max(1, (BufferBytes / bytes / Math.Max(stride, 1)));
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (!destination.IsEmpty)
            {
                // With stride 0 one number is all of them.
                var count = (int)Math.Min(destination.Length / bytes, stride == 0 ? int.MaxValue : reach);
                var span = buffer.AsSpan(0, (int)((((count - 1) * stride) + 1) * bytes));
                _file.Read(_offset + (place * bytes), span);
                for (var i = 0; i < count; i++)
                {
                    span.Slice((int)(i * stride) * bytes, bytes).CopyTo(destination[(i * bytes)..]);
                }

                place += count * stride;
                destination = destination[(count * bytes)..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
