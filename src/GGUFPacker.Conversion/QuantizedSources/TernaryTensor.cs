using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>
/// Weights of a BitNet model that was saved in training: they become −s, 0 and s, where s is the mean magnitude. The mean is PyTorch's, operation by
/// operation, since one unit in the last place would change every number.
/// </summary>
internal sealed class TernaryTensor : TensorSource
{
    private const int ChunkElements = 32 * 1024;
    private const float SmallestScale = 1e-5f;

    private readonly TensorSource _weight;
    private readonly Lazy<float> _inverseScale;

    private TernaryTensor(TensorSource weight)
        : base(ElementType.F32, weight.Shape)
    {
        _weight = Float32Tensor.Of(weight);
        _inverseScale = new Lazy<float>(() => 1 / Math.Max(MeanMagnitude(), SmallestScale));
    }

    /// <summary>Rounds a tensor's weights; a float16 tensor stays one.</summary>
    public static TensorSource Of(TensorSource weight) =>
        weight.Type == ElementType.F16 ? new Float16Tensor(new TernaryTensor(weight)) : new TernaryTensor(weight);

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        _weight.Read(first, destination);
        var inverse = _inverseScale.Value;
        foreach (ref var number in MemoryMarshal.Cast<byte, float>(destination))
        {
            number = Math.Clamp(MathF.Round(number * inverse, MidpointRounding.ToEven), -1, 1) / inverse;
        }
    }

    private float MeanMagnitude()
    {
        var sum = new CascadeSum(Count);
        var buffer = new float[ChunkElements];
        for (var first = 0L; first < Count;)
        {
            var numbers = buffer.AsSpan(0, (int)Math.Min(buffer.Length, Count - first));
            _weight.Read(first, MemoryMarshal.AsBytes(numbers));
            foreach (ref var number in numbers)
            {
                number = MathF.Abs(number);
            }

            sum.Add(numbers);
            first += numbers.Length;
        }

        return sum.Total() / Count;
    }

    /// <summary>
    /// The order in which PyTorch adds the elements of a contiguous tensor on one thread (aten/src/ATen/native/cpu/SumKernel.cpp): vectors of 8 are dealt to
    /// 4 accumulators; each is spilled into the next of 4 levels after a number of additions, so that no accumulator takes very many.
    /// </summary>
    private struct CascadeSum
    {
        private const int Accumulators = 4;
        private const int Levels = 4;

        private readonly Vector256<float>[] _sums = new Vector256<float>[Levels * Accumulators];
        private readonly long _vectors;
        private readonly int _levelPower;
        private long _vector;
        private float _tail;

        public CascadeSum(long count)
        {
            _vectors = count / Vector256<float>.Count;
            var rows = _vectors / Accumulators;
            _levelPower = Math.Max(4, (rows <= 1 ? 0 : 64 - (int)long.LeadingZeroCount(rows - 1)) / Levels);
        }

        /// <summary>Adds elements; all but the last run must be a multiple of 32.</summary>
        public void Add(ReadOnlySpan<float> numbers)
        {
            while (numbers.Length >= Vector256<float>.Count && _vector < _vectors)
            {
                var row = _vector / Accumulators;
                var rows = _vectors / Accumulators;

                // Vectors that are left over behind the last whole row go to the first accumulator, after the levels have been added.
                if (row == rows && _vector % Accumulators == 0)
                {
                    JoinLevels();
                }

                _sums[row < rows ? _vector % Accumulators : 0] += Vector256.Create(numbers);
                numbers = numbers[Vector256<float>.Count..];
                _vector++;
                if (_vector % Accumulators == 0 && row < rows)
                {
                    Spill(row + 1, rows);
                }
            }

            foreach (var number in numbers)
            {
                _tail += number;
            }
        }

        /// <summary>The sum.</summary>
        public readonly float Total()
        {
            if (_vectors % Accumulators == 0)
            {
                JoinLevels();
            }

            var sum = _sums[0];
            for (var i = 1; i < Accumulators; i++)
            {
                sum += _sums[i];
            }

            var total = _tail;
            for (var lane = 0; lane < Vector256<float>.Count; lane++)
            {
                total += sum[lane];
            }

            return total;
        }

        private readonly void Spill(long row, long rows)
        {
            // Only whole steps are spilled; row is a multiple of the step then.
            var step = 1L << _levelPower;
            if (row % step != 0 || row > rows)
            {
                return;
            }

            for (var level = 1; level < Levels; level++)
            {
                for (var i = 0; i < Accumulators; i++)
                {
                    _sums[(level * Accumulators) + i] += _sums[((level - 1) * Accumulators) + i];
                    _sums[((level - 1) * Accumulators) + i] = Vector256<float>.Zero;
                }

                if ((row & ((step - 1) << (level * _levelPower))) != 0)
                {
                    break;
                }
            }
        }

        private readonly void JoinLevels()
        {
            for (var level = 1; level < Levels; level++)
            {
                for (var i = 0; i < Accumulators; i++)
                {
                    _sums[i] += _sums[(level * Accumulators) + i];
                    _sums[(level * Accumulators) + i] = Vector256<float>.Zero;
                }
            }
        }
    }
}
