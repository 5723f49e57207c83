using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>
/// Weights that are small numbers (FP8, int8) times scales: one for the tensor, for each row, or for each block. Each product is made in float32.
/// </summary>
internal sealed class ScaledTensor : TensorSource
{
    private readonly TensorSource _weight;
    private readonly TensorSource _scale;
    private readonly RecentValues<float[]> _recent;
    private readonly ImmutableArray<Axis> _axes;

    private ScaledTensor(TensorSource weight, TensorSource scale, ImmutableArray<Axis> axes, RecentValues<float[]> recent)
        : base(ElementType.F32, weight.Shape)
    {
        _weight = Float32Tensor.Of(weight);
        _scale = scale;
        _recent = recent;
        _axes = axes;
    }

    /// <summary>Scales a tensor.</summary>
    /// <param name="weight">The small numbers.</param>
    /// <param name="scale">
    /// The scales: of fewer dimensions than the weight, then its last ones share a scale; or of as many, where a dimension of 1 is shared, too.
    /// </param>
    /// <param name="block">For the scale's last dimensions how many neighbours share a scale; empty for one each.</param>
    /// <param name="recent">Keeps the scales that were read last: all scales of a large model would be too many.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static TensorSource Of(TensorSource weight, TensorSource scale, ImmutableArray<long> block, RecentValues<float[]> recent)
    {
        var rank = scale.Shape.Length;
        if (rank > weight.Shape.Length || block.Length > rank || (block.Length > 0 && rank < weight.Shape.Length))
        {
            throw Misfit();
        }

        var axes = new Axis[weight.Shape.Length];
        var stride = 1L;
        for (var i = axes.Length - 1; i >= 0; i--)
        {
            // A block at the end of the weight may be partial, so there may be more scales than whole blocks.
            var size = i < rank ? scale.Shape[i] : 1;
            var blockSize = i < rank && i >= rank - block.Length ? block[i - (rank - block.Length)] : 1;
            var covered = block.IsEmpty ? size : (long)Int128.Min((Int128)size * blockSize, weight.Shape[i]);
            if (blockSize <= 0 || (covered != weight.Shape[i] && covered != 1))
            {
                throw Misfit();
            }

            axes[i] = new Axis(covered == 1 && weight.Shape[i] != 1 ? 0 : stride, blockSize);
            stride *= size;
        }

        return new ScaledTensor(weight, scale, [.. axes], recent);

        ArgumentException Misfit() => new(
            $"Its scales of shape [{string.Join(", ", scale.Shape)}] do not fit its shape [{string.Join(", ", weight.Shape)}]"
            + (block.IsEmpty ? "." : $" and blocks of [{string.Join(", ", block)}]."));
    }

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        _weight.Read(first, destination);
        var numbers = MemoryMarshal.Cast<byte, float>(destination);
        var scales = _recent.Get(this, () => SmallTensors.ReadSingles(_scale));
        var columns = Shape.IsEmpty ? 1 : Shape[^1];
        while (!numbers.IsEmpty)
        {
            var (row, column) = (first / columns, first % columns);
            var run = (int)Math.Min(numbers.Length, columns - column);
            ScaleRow(numbers[..run], scales, RowPlace(row), column);
            numbers = numbers[run..];
            first += run;
        }
    }

    private long RowPlace(long row)
    {
        var place = 0L;
        for (var i = Shape.Length - 2; i >= 0; i--)
        {
            place += row % Shape[i] / _axes[i].Block * _axes[i].Stride;
            row /= Shape[i];
        }

        return place;
    }

    private void ScaleRow(Span<float> numbers, float[] scales, long place, long column)
    {
        var axis = _axes.IsEmpty ? default : _axes[^1];
        if (axis.Stride == 0)
        {
            Multiply(numbers, scales[place]);
            return;
        }

        while (!numbers.IsEmpty)
        {
            var index = column / axis.Block;
            var run = (int)Math.Min(numbers.Length, ((index + 1) * axis.Block) - column);
            Multiply(numbers[..run], scales[place + index]);
            numbers = numbers[run..];
            column += run;
        }
    }

    private static void Multiply(Span<float> numbers, float factor)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(numbers);
        foreach (ref var vector in vectors)
        {
            vector *= factor;
        }

        foreach (ref var number in numbers[(vectors.Length * Vector<float>.Count)..])
        {
            number *= factor;
        }
    }

    /// <summary>How the scales lie along a dimension of the weight.</summary>
    /// <param name="Stride">The distance of neighbouring scales; 0 if all share one.</param>
    /// <param name="Block">How many neighbours share a scale.</param>
    private readonly record struct Axis(long Stride, long Block);
}
