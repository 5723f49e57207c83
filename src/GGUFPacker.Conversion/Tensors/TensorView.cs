using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>
/// Another way to go through a tensor's elements: axes in another order, parts of axes, other shapes. Each axis has a stride in the source's elements.
/// Elements that lie side by side in both are read in one run; where the innermost axis jumps (a transposed matrix), runs are read along the axis with the
/// smallest stride and distributed.
/// </summary>
internal sealed class TensorView : TensorSource
{
    private const int BufferBytes = 256 * 1024;

    private readonly TensorSource _source;
    private readonly ImmutableArray<long> _strides;
    private readonly long _offset;

    // The same axes without those of length 1, and neighbours that are contiguous as one.
    private readonly ImmutableArray<(long Length, long Stride)> _axes;
    private readonly int _runAxis;
    private readonly long _runInner;

    private TensorView(TensorSource source, ImmutableArray<long> shape, ImmutableArray<long> strides, long offset)
        : base(source.Type, shape)
    {
        _source = source;
        _strides = strides;
        _offset = offset;
        _axes = Merge(shape, strides);
        _runAxis = _axes.IsEmpty ? 0 : Enumerable.Range(0, _axes.Length).MinBy(axis => _axes[axis].Stride);
        _runInner = _axes.Skip(_runAxis + 1).Aggregate(1L, (product, axis) => product * axis.Length);
    }

    /// <summary>A view of the whole tensor as it is, or the tensor itself if it is a view.</summary>
    public static TensorView Of(TensorSource source) =>
        source as TensorView ?? new TensorView(source, source.Shape, StridesOf(source.Shape), 0);

    /// <summary>The tensor with its axes in another order.</summary>
    /// <exception cref="ArgumentException">It has another number of axes.</exception>
    public TensorView Permute(ReadOnlySpan<int> axes)
    {
        if (axes.Length != Shape.Length)
        {
            throw new ArgumentException($"It has {Shape.Length} dimensions, not {axes.Length}.");
        }

        var order = axes.ToArray();
        return new TensorView(_source, [.. order.Select(axis => Shape[axis])], [.. order.Select(axis => _strides[axis])], _offset);
    }

    /// <summary>A part of an axis.</summary>
    /// <param name="axis">The axis; negative numbers count from the end.</param>
    /// <param name="start">The first entry.</param>
    /// <param name="length">The number of entries.</param>
    /// <param name="step">The distance between entries.</param>
    /// <exception cref="ArgumentException">The tensor has no such axis, or the axis is too short.</exception>
    public TensorView Slice(int axis, long start, long length, long step = 1)
    {
        axis = axis < 0 ? axis + Shape.Length : axis;
        if (axis < 0 || axis >= Shape.Length || start < 0 || length < 0 || (length > 0 && start + ((length - 1) * step) >= Shape[axis]))
        {
            throw new ArgumentException($"Its shape [{string.Join(", ", Shape)}] has no entries {start} to {start + (length * step)} of dimension {axis}.");
        }

        return new TensorView(
            _source, Shape.SetItem(axis, length), _strides.SetItem(axis, _strides[axis] * step), _offset + (start * _strides[axis]));
    }

    /// <summary>The elements in the same order in another shape. One dimension may be -1: whatever is left.</summary>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public TensorView Reshape(ReadOnlySpan<long> shape)
    {
        var sizes = shape.ToArray();
        var open = Array.IndexOf(sizes, -1);
        var known = sizes.Where(size => size != -1).Aggregate(1L, (product, size) => checked(product * size));
        if (open >= 0)
        {
            sizes[open] = known == 0 ? 0 : Count / known;
        }

        if (sizes.Any(size => size < 0) || (open >= 0 ? sizes[open] * known : known) != Count)
        {
            throw new ArgumentException($"Its shape [{string.Join(", ", Shape)}] cannot become [{string.Join(", ", shape.ToArray())}].");
        }

        var isContiguous = _axes.IsEmpty || (_axes.Length == 1 && _axes[0].Stride == 1);
        return isContiguous
            ? new TensorView(_source, [.. sizes], StridesOf([.. sizes]), _offset)
            : new TensorView(this, [.. sizes], StridesOf([.. sizes]), 0);
    }

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        if (_axes.IsEmpty || _axes[_runAxis].Stride == 1 && _runAxis == _axes.Length - 1)
        {
            ReadRuns(first, destination);
        }
        else
        {
            ReadAcross(first, destination);
        }
    }

    private static ImmutableArray<long> StridesOf(ImmutableArray<long> shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride = checked(stride * shape[axis]);
        }

        return [.. strides];
    }

    private static ImmutableArray<(long Length, long Stride)> Merge(ImmutableArray<long> shape, ImmutableArray<long> strides)
    {
        var axes = new List<(long Length, long Stride)>();
        for (var axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] == 1)
            {
                continue;
            }

            if (axes.Count > 0 && axes[^1].Stride == strides[axis] * shape[axis])
            {
                axes[^1] = (axes[^1].Length * shape[axis], strides[axis]);
            }
            else
            {
                axes.Add((shape[axis], strides[axis]));
            }
        }

        return [.. axes];
    }

    /// <summary>Where an element lies in the source.</summary>
    private long Position(long index)
    {
        var position = _offset;
        for (var axis = _axes.Length - 1; axis >= 0; axis--)
        {
            position += index % _axes[axis].Length * _axes[axis].Stride;
            index /= _axes[axis].Length;
        }

        return position;
    }

    private void ReadRuns(long first, Span<byte> destination)
    {
        var runLength = _axes.IsEmpty ? 1 : _axes[^1].Length;
        while (!destination.IsEmpty)
        {
            var count = (int)Math.Min(destination.Length, (runLength - (first % runLength)) * Type.Bytes);
            _source.Read(Position(first), destination[..count]);
            destination = destination[count..];
            first += count / Type.Bytes;
        }
    }

    /// <summary>
    /// The elements with the same place on all axes but the one with the smallest stride lie close together in the source, and <see cref="_runInner"/>
    /// elements apart here. As many of them as the destination wants are read at once.
    /// </summary>
    private void ReadAcross(long first, Span<byte> destination)
    {
        var (length, stride) = _axes[_runAxis];
        var bytes = Type.Bytes;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (!destination.IsEmpty)
            {
                var inner = first % _runInner;
                var place = first / _runInner % length;
                var wanted = destination.Length / bytes;

                // Only whole inner parts can be read along the axis; a piece of one is read element by element.
                var rows = inner == 0 ? Math.Min(Math.Min(length - place, wanted / _runInner), ((BufferBytes / bytes) - 1) / stride + 1) : 0;
                var innerCount = rows > 0 ? _runInner : Math.Min(_runInner - inner, wanted);
                rows = Math.Max(rows, 1);
                var span = (int)(((rows - 1) * stride) + 1) * bytes;
                for (var i = 0L; i < innerCount; i++)
                {
                    _source.Read(Position(first + i), buffer.AsSpan(0, span));
                    Distribute(buffer.AsSpan(0, span), (int)stride, destination[(int)(i * bytes)..], (int)_runInner, (int)rows);
                }

                var count = (int)(rows * innerCount);
                destination = destination[(count * bytes)..];
                first += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Distribute(ReadOnlySpan<byte> source, int sourceStep, Span<byte> destination, int destinationStep, int count)
    {
        switch (Type.Bytes)
        {
            case 2:
                Copy(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<byte, ushort>(destination));
                break;
            case 4:
                Copy(MemoryMarshal.Cast<byte, uint>(source), MemoryMarshal.Cast<byte, uint>(destination));
                break;
            case 8:
                Copy(MemoryMarshal.Cast<byte, ulong>(source), MemoryMarshal.Cast<byte, ulong>(destination));
                break;
            default:
                Copy(source, destination);
                break;
        }

        void Copy<T>(ReadOnlySpan<T> from, Span<T> to)
        {
            for (var i = 0; i < count; i++)
            {
                to[i * destinationStep] = from[i * sourceStep];
            }
        }
    }
}
