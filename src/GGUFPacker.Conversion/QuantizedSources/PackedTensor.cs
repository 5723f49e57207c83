using System.Collections.Immutable;
using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>
/// Weights of few bits as compressed-tensors packs them ("pack-quantized"): along the row into 32-bit words from the lowest bits on, a scale for each group
/// of a row, and a zero point for each group or in the middle; zero points are packed along the column.
/// </summary>
internal sealed class PackedTensor : TensorSource
{
    private readonly TensorSource _packed;
    private readonly TensorSource _scale;
    private readonly TensorSource? _zeroPoint;
    private readonly int _bits;
    private readonly int _groupSize;
    private readonly int _perWord;
    private readonly int _words;
    private readonly int _groups;

    private PackedTensor(TensorSource packed, TensorSource scale, TensorSource? zeroPoint, ImmutableArray<long> shape, int bits, int groupSize)
        : base(ElementType.F32, shape)
    {
        _packed = packed;
        _scale = Float32Tensor.Of(scale);
        _zeroPoint = zeroPoint;
        _bits = bits;
        _groupSize = groupSize;
        _perWord = 32 / bits;
        _words = (int)packed.Shape[1];
        _groups = (int)(shape[1] / groupSize);
    }

    /// <summary>Unpacks a tensor.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static TensorSource Of(TensorSource packed, TensorSource scale, TensorSource? zeroPoint, ImmutableArray<long> shape, int bits, int groupSize)
    {
        var perWord = 32 / bits;
        if (packed.Type != ElementType.I32 || (zeroPoint is not null && zeroPoint.Type != ElementType.I32))
        {
            throw new ArgumentException("Its packed words are no whole numbers of 32 bits.");
        }

        return shape is [>= 0 and var rows, >= 0 and <= int.MaxValue and var columns] && columns % groupSize == 0
            && packed.Shape.SequenceEqual([rows, (columns + perWord - 1) / perWord])
            && scale.Shape.SequenceEqual([rows, columns / groupSize])
            && (zeroPoint is null || zeroPoint.Shape.SequenceEqual([(rows + perWord - 1) / perWord, columns / groupSize]))
            ? new PackedTensor(packed, scale, zeroPoint, shape, bits, groupSize)
            : throw new ArgumentException(
                $"Its words of shape [{string.Join(", ", packed.Shape)}] and scales of shape [{string.Join(", ", scale.Shape)}] do not make"
                + $" [{string.Join(", ", shape)}] with {bits} bits and groups of {groupSize}.");
    }

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        var numbers = MemoryMarshal.Cast<byte, float>(destination);
        var columns = Shape[1];
        var words = new int[_words];
        var scales = new float[_groups];
        var zeros = new int[_groups];
        while (!numbers.IsEmpty)
        {
            var (row, column) = (first / columns, first % columns);
            var run = (int)Math.Min(numbers.Length, columns - column);
            var firstWord = (int)column / _perWord;
            var wordCount = (((int)column + run - 1) / _perWord) - firstWord + 1;
            _packed.Read((row * _words) + firstWord, MemoryMarshal.AsBytes(words.AsSpan(firstWord, wordCount)));
            _scale.Read(row * _groups, MemoryMarshal.AsBytes(scales.AsSpan()));
            _zeroPoint?.Read(row / _perWord * _groups, MemoryMarshal.AsBytes(zeros.AsSpan()));
            Unpack(numbers[..run], (int)column, words, scales, zeros, _bits * (int)(row % _perWord));
            numbers = numbers[run..];
            first += run;
        }
    }

    private void Unpack(Span<float> numbers, int column, int[] words, float[] scales, int[] zeros, int zeroShift)
    {
        var mask = (1 << _bits) - 1;
        var zero = 1 << (_bits - 1);
        var scale = 0f;
        var group = -1;
        for (var i = 0; i < numbers.Length; i++)
        {
            var at = column + i;
            if (at / _groupSize != group)
            {
                group = at / _groupSize;
                scale = scales[group];
                if (_zeroPoint is not null)
                {
                    zero = (zeros[group] >> zeroShift) & mask;
                }
            }

            var value = (words[at / _perWord] >> (_bits * (at % _perWord))) & mask;
            numbers[i] = (value - zero) * scale;
        }
    }
}
