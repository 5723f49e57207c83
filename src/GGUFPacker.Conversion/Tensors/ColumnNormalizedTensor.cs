using System.Buffers;
using System.Runtime.InteropServices;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>
/// A matrix each column of which is divided by its Euclidean norm (and 10⁻⁷), in float32. The squares are summed from the first row to the last, as
/// PyTorch does it; the sums are made once, when the first row is read.
/// </summary>
internal sealed class ColumnNormalizedTensor : TensorSource
{
    private const int BufferElements = 64 * 1024;

    private readonly TensorSource _float32;
    private readonly Lazy<float[]> _divisors;

    /// <summary>Creates the source.</summary>
    /// <exception cref="ArgumentException">It is no matrix.</exception>
    public ColumnNormalizedTensor(TensorSource source)
        : base(ElementType.F32, source.Shape.Length == 2 ? source.Shape : throw new ArgumentException("It is no matrix."))
    {
        _float32 = Float32Tensor.Of(source);
        _divisors = new Lazy<float[]>(SumColumns);
    }

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        _float32.Read(first, destination);
        var divisors = _divisors.Value;
        var numbers = MemoryMarshal.Cast<byte, float>(destination);
        var column = (int)(first % divisors.Length);
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] /= divisors[column];
            column = column + 1 == divisors.Length ? 0 : column + 1;
        }
    }

    private float[] SumColumns()
    {
        var columns = checked((int)Shape[1]);
        var sums = new float[columns];
        var rowsAtOnce = Math.Max(1, BufferElements / Math.Max(columns, 1));
        var buffer = ArrayPool<float>.Shared.Rent(rowsAtOnce * columns);
        try
        {
            for (var row = 0L; row < Shape[0]; row += rowsAtOnce)
            {
                var numbers = buffer.AsSpan(0, (int)Math.Min(rowsAtOnce, Shape[0] - row) * columns);
                _float32.Read(row * columns, MemoryMarshal.AsBytes(numbers));
                for (; !numbers.IsEmpty; numbers = numbers[columns..])
                {
                    for (var column = 0; column < columns; column++)
                    {
                        sums[column] += numbers[column] * numbers[column];
                    }
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }

        return Array.ConvertAll(sums, sum => MathF.Sqrt(sum) + 1e-7f);
    }
}
