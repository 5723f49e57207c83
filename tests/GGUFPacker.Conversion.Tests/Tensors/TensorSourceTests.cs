using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Tests.Tensors;

/// <summary>Transforms against their definition, read at once and in runs of every length.</summary>
public sealed class TensorSourceTests
{
    [Theory]
    [InlineData(8, 1, 1)]
    [InlineData(8, 2, 3)]
    [InlineData(24, 3, 5)]
    [InlineData(16, 2, 1500)]
    [InlineData(4, 2, 1)]
    public void Rotary_permutation_takes_row_2j_plus_i_of_a_head_from_its_row_i_times_half_plus_j(int rows, int heads, int columns)
    {
        var source = ArrayTensor.Counting(rows, columns);
        var expected = new List<short>();
        var half = rows / heads / 2;
        for (var head = 0; head < heads; head++)
        {
            for (var j = 0; j < half; j++)
            {
                for (var i = 0; i < 2; i++)
                {
                    expected.AddRange(Enumerable.Range(((head * 2 * half) + (i * half) + j) * columns, columns).Select(value => (short)value));
                }
            }
        }

        AssertReads(expected, RotaryPermutation.Of(source, heads));
    }

    [Fact]
    public void Rotary_permutation_of_a_bias_moves_single_numbers() =>
        AssertReads([0, 2, 1, 3, 4, 6, 5, 7], RotaryPermutation.Of(ArrayTensor.Counting(8), 2));

    [Theory]
    [InlineData(6, 2)]
    [InlineData(8, 0)]
    [InlineData(8, -1)]
    [InlineData(8, 3)]
    public void Rotary_permutation_refuses_heads_that_do_not_fit(int rows, int heads) =>
        Assert.Throws<ArgumentException>(() => RotaryPermutation.Of(ArrayTensor.Counting(rows, 2), heads));

    [Fact]
    public void Stacking_adds_an_outermost_dimension()
    {
        var stack = Concatenation.Stack([ArrayTensor.Counting(2, 3), ArrayTensor.Counting(2, 3)]);

        Assert.Equal([2, 2, 3], stack.Shape);
        AssertReads([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], stack);
        Assert.Throws<ArgumentException>(() => Concatenation.Stack([ArrayTensor.Counting(2, 3), ArrayTensor.Counting(3, 2)]));
    }

    [Fact]
    public void Joining_lengthens_the_outermost_dimension_and_passes_over_empty_parts()
    {
        var joined = Concatenation.Join([ArrayTensor.Counting(1, 2), ArrayTensor.Counting(0, 2), ArrayTensor.Counting(2, 2)]);

        Assert.Equal([3, 2], joined.Shape);
        AssertReads([0, 1, 0, 1, 2, 3], joined);
        Assert.Throws<ArgumentException>(() => Concatenation.Join([ArrayTensor.Counting(2, 3), ArrayTensor.Counting(2, 2)]));
    }

    [Fact]
    public void Parts_of_different_types_are_joined_as_float32()
    {
        var joined = Concatenation.Join([ArrayTensor.Counting(1, 2), ArrayTensor.Of<byte>(ElementType.U8, [200, 255], 1, 2)]);

        var numbers = new float[4];
        joined.Read(0, MemoryMarshal.AsBytes(numbers.AsSpan()));
        Assert.Equal(ElementType.F32, joined.Type);
        Assert.Equal([0, 1, 200, 255], numbers);
    }

    [Fact]
    public void Every_element_type_becomes_the_float32_of_its_value()
    {
        AssertSingles([1.5f, -2f, float.PositiveInfinity], ArrayTensor.Of(ElementType.F64, [1.5, -2.0, 1e300], 3));
        AssertSingles([1f / 3f], ArrayTensor.Of(ElementType.F64, [1.0 / 3.0], 1));
        AssertSingles([16777216f, -9.223372E+18f], ArrayTensor.Of(ElementType.I64, [16777217L, long.MinValue], 2));
        AssertSingles([2147483648f, -5f], ArrayTensor.Of(ElementType.I32, [int.MaxValue, -5], 2));
        AssertSingles([-32768f], ArrayTensor.Of(ElementType.I16, [short.MinValue], 1));
        AssertSingles([-128f, 127f], ArrayTensor.Of(ElementType.I8, [sbyte.MinValue, sbyte.MaxValue], 2));
        AssertSingles([255f], ArrayTensor.Of(ElementType.U8, [byte.MaxValue], 1));
        AssertSingles([0f, 1f, 1f], ArrayTensor.Of(ElementType.BOOL, [(byte)0, (byte)1, (byte)7], 3));
        AssertSingles([0f, 1f, 448f, -0.001953125f, float.NaN], ArrayTensor.Of(ElementType.F8_E4M3, [(byte)0, (byte)0x38, (byte)0x7E, (byte)0x81, (byte)0xFF], 5));
        AssertSingles([1f, 57344f, float.PositiveInfinity, 1.52587890625E-05f], ArrayTensor.Of(ElementType.F8_E5M2, [(byte)0x3C, (byte)0x7B, (byte)0x7C, (byte)0x01], 4));
        AssertSingles([1f, 0.5f, float.NaN], ArrayTensor.Of(ElementType.F8_E8M0, [(byte)127, (byte)126, (byte)255], 3));
        AssertSingles([1f, -0.5f], ArrayTensor.Of(ElementType.F16, [(ushort)0x3C00, (ushort)0xB800], 2));
        AssertSingles([1f, -0.5f], ArrayTensor.Of(ElementType.BF16, [(ushort)0x3F80, (ushort)0xBF00], 2));
    }

    private static void AssertSingles(float[] expected, TensorSource source)
    {
        var numbers = new float[expected.Length];
        Float32Tensor.Of(source).Read(0, MemoryMarshal.AsBytes(numbers.AsSpan()));
        Assert.Equal(expected, numbers);
    }

    private static void AssertReads(IReadOnlyList<short> expected, TensorSource source)
    {
        Assert.Equal(expected.Count, source.Count);
        foreach (var run in new[] { 1, 2, 3, 7, 1000, expected.Count })
        {
            var all = new List<short>();
            for (var first = 0; first < expected.Count; first += run)
            {
                var part = new short[Math.Min(run, expected.Count - first)];
                source.Read(first, MemoryMarshal.AsBytes(part.AsSpan()));
                all.AddRange(part);
            }

            Assert.Equal(expected, all);
        }
    }
}
