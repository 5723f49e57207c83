using System.Runtime.InteropServices;
using GGUFPacker.Conversion.QuantizedSources;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tests.Tensors;

namespace GGUFPacker.Conversion.Tests.QuantizedSources;

/// <summary>Each packing against its definition, number by number, in runs of every length.</summary>
public sealed class RestoredTensorTests
{
    private readonly Random _random = new(7);

    /// <summary>The weight's shape, the scale's, the block, and for each weight the scale it must have.</summary>
    public static TheoryData<long[], long[], long[], int[]> Scales => new()
    {
        { [2, 3], [], [], [0, 0, 0, 0, 0, 0] },
        { [2, 3], [1], [], [0, 0, 0, 0, 0, 0] },
        { [2, 3], [2], [], [0, 0, 0, 1, 1, 1] },
        { [2, 3], [2, 1], [], [0, 0, 0, 1, 1, 1] },
        { [2, 3], [1, 3], [], [0, 1, 2, 0, 1, 2] },
        { [2, 3], [2, 3], [], [0, 1, 2, 3, 4, 5] },
        { [3, 3], [2, 2], [2, 2], [0, 0, 1, 0, 0, 1, 2, 2, 3] },
        { [3, 3], [1, 1], [128, 128], [0, 0, 0, 0, 0, 0, 0, 0, 0] },
        { [2, 1, 4], [2, 1, 2], [2, 2], [0, 0, 1, 1, 2, 2, 3, 3] },
        { [2, 2, 2], [2], [], [0, 0, 0, 0, 1, 1, 1, 1] },
        { [2, 2, 2], [2, 2], [], [0, 0, 1, 1, 2, 2, 3, 3] },
    };

    [Theory]
    [MemberData(nameof(Scales))]
    public void Scales_are_spread_over_rows_and_blocks(long[] shape, long[] scaleShape, long[] block, int[] expected)
    {
        var weight = Singles(shape, index => index + 1);
        var scale = Singles(scaleShape, index => index + 10);

        var result = ScaledTensor.Of(weight, scale, [.. block], new(1));

        AssertReads(result, [.. expected.Select((place, index) => (index + 1f) * (place + 10f))]);
    }

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 3 }, new long[0])]
    [InlineData(new long[] { 2, 3 }, new long[] { 2, 2 }, new long[0])]
    [InlineData(new long[] { 2 }, new long[] { 2, 1 }, new long[0])]
    [InlineData(new long[] { 5, 5 }, new long[] { 2, 2 }, new long[] { 2, 2 })]
    [InlineData(new long[] { 4, 4 }, new long[0], new long[] { 2, 2 })]
    [InlineData(new long[] { 4, 4 }, new long[] { 2 }, new long[] { 2, 2 })]
    public void Scales_that_do_not_fit_are_refused(long[] shape, long[] scaleShape, long[] block) =>
        Assert.Throws<ArgumentException>(() => ScaledTensor.Of(Singles(shape, _ => 1), Singles(scaleShape, _ => 1), [.. block], new(1)));

    [Theory]
    [InlineData(2, 0)]
    [InlineData(4, 1)]
    [InlineData(8, 1)]
    public void Gptq_words_hold_columns(int bits, int zeroOffset)
    {
        const int Groups = 3;
        var perWord = 32 / bits;
        var (inputs, outputs) = (2 * perWord, 2 * perWord);
        var words = Words(2 * outputs);
        var zeros = Words(Groups * 2);
        var scales = Enumerable.Range(0, Groups * outputs).Select(_ => _random.NextSingle()).ToArray();
        var groupOfInput = Enumerable.Range(0, inputs).Select(_ => _random.Next(-Groups, Groups)).ToArray();

        var result = GptqTensor.Of(
            Integers([2, outputs], words), Integers([Groups, 2], zeros), ArrayTensor.Of(ElementType.F32, scales, Groups, outputs),
            Integers([inputs], groupOfInput), bits, zeroOffset, new(2));

        var mask = (1u << bits) - 1;
        AssertReads(result, [.. Enumerable.Range(0, outputs * inputs).Select(index =>
        {
            var (output, input) = (index / inputs, index % inputs);
            var group = (groupOfInput[input] + Groups) % Groups;
            var code = ((uint)words[(input / perWord * outputs) + output] >> (bits * (input % perWord))) & mask;
            var zero = (((uint)zeros[(group * 2) + (output / perWord)] >> (bits * (output % perWord))) & mask) + zeroOffset;
            return scales[(group * outputs) + output] * (code - zero);
        })]);
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(4, false)]
    [InlineData(8, true)]
    [InlineData(3, false)]
    public void Packed_words_hold_rows(int bits, bool hasZeros)
    {
        const int Group = 5;
        const int Rows = 13;
        const int Columns = 4 * Group;
        var perWord = 32 / bits;
        var rowWords = (Columns + perWord - 1) / perWord;
        var words = Words(Rows * rowWords);
        var zeros = Words((Rows + perWord - 1) / perWord * 4);
        var scales = Enumerable.Range(0, Rows * 4).Select(_ => _random.NextSingle()).ToArray();

        var result = PackedTensor.Of(
            Integers([Rows, rowWords], words), ArrayTensor.Of(ElementType.F32, scales, Rows, 4),
            hasZeros ? Integers([(Rows + perWord - 1) / perWord, 4], zeros) : null, [Rows, Columns], bits, Group);

        var mask = (1u << bits) - 1;
        AssertReads(result, [.. Enumerable.Range(0, Rows * Columns).Select(index =>
        {
            var (row, column) = (index / Columns, index % Columns);
            var code = (int)(((uint)words[(row * rowWords) + (column / perWord)] >> (bits * (column % perWord))) & mask);
            var zero = hasZeros
                ? (int)(((uint)zeros[(row / perWord * 4) + (column / Group)] >> (bits * (row % perWord))) & mask)
                : 1 << (bits - 1);
            return (code - zero) * scales[(row * 4) + (column / Group)];
        })]);
    }

    [Fact]
    public void Packed_ternary_bytes_hold_four_rows_a_quarter_apart()
    {
        var bytes = new byte[6];
        _random.NextBytes(bytes);

        var result = PackedTernaryTensor.Of(ArrayTensor.Of(ElementType.U8, bytes, 2, 3), Singles([1], _ => 4));

        Assert.Equal([8, 3], result.Shape);
        AssertReads(result, [.. Enumerable.Range(0, 24).Select(index => (((bytes[index % 6] >> (2 * (index / 6))) & 3) - 1) / 4f)]);
    }

    [Fact]
    public void Nvfp4_codes_are_rearranged_group_by_group()
    {
        var codes = new byte[2 * 32];
        _random.NextBytes(codes);
        var scales = Enumerable.Range(0, 8).Select(index => (byte)(0x85 + index)).ToArray();

        var result = Nvfp4Tensor.Of(ArrayTensor.Of(ElementType.U8, codes, 2, 32), ArrayTensor.Of(ElementType.F8_E4M3, scales, 2, 4));

        Assert.Equal([2, 64], result.Shape);
        var row = new byte[36];
        result.ReadRows(1, row);
        Assert.Equal([0x09, 0x0A, 0x0B, 0x0C], row[..4]);
        for (var index = 0; index < 64; index++)
        {
            var (group, place) = (index / 16, index % 16);
            var stored = row[4 + (group * 8) + (place % 8)];
            Assert.Equal(Code(codes, 64 + index), place < 8 ? stored & 15 : stored >> 4);
        }
    }

    [Fact]
    public void Mxfp4_codes_are_rearranged_and_interleaved_rows_taken_apart()
    {
        // Two experts, four rows, one block.
        var codes = new byte[2 * 4 * 16];
        _random.NextBytes(codes);
        var scales = Enumerable.Range(0, 8).Select(index => (byte)index).ToArray();

        var result = Mxfp4Tensor.Of(ArrayTensor.Of(ElementType.U8, codes, 2, 4, 1, 16), ArrayTensor.Of(ElementType.U8, scales, 2, 4, 1), 2, 1);

        Assert.Equal([2, 2, 32], result.Shape);
        var rows = new byte[4 * 17];
        result.ReadRows(0, rows);
        int[] sourceRows = [1, 3, 5, 7];
        for (var row = 0; row < 4; row++)
        {
            Assert.Equal(scales[sourceRows[row]], rows[row * 17]);
            for (var index = 0; index < 32; index++)
            {
                var stored = rows[(row * 17) + 1 + (index % 16)];
                Assert.Equal(Code(codes, (sourceRows[row] * 32) + index), index < 16 ? stored & 15 : stored >> 4);
            }
        }
    }

    [Fact]
    public void A_value_is_made_once_and_forgotten_after_others()
    {
        var recent = new RecentValues<string>(2);
        var (a, b, c) = (new object(), new object(), new object());
        var made = new List<string>();

        foreach (var (key, name) in new[] { (a, "a"), (a, "a"), (b, "b"), (a, "a"), (c, "c"), (a, "a"), (b, "b") })
        {
            Assert.Equal(name, recent.Get(key, () =>
            {
                made.Add(name);
                return name;
            }));
        }

        Assert.Equal(["a", "b", "c", "b"], made);
    }

    private static int Code(byte[] codes, int index) => index % 2 == 0 ? codes[index / 2] & 15 : codes[index / 2] >> 4;

    private static ArrayTensor Singles(long[] shape, Func<int, float> value) =>
        ArrayTensor.Of(ElementType.F32, Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(value).ToArray(), shape);

    private static ArrayTensor Integers(long[] shape, int[] values) => ArrayTensor.Of(ElementType.I32, values, shape);

    private static void AssertReads(TensorSource tensor, float[] expected)
    {
        Assert.Equal(ElementType.F32, tensor.Type);
        Assert.Equal(expected.Length, tensor.Count);
        foreach (var count in new[] { 1, 2, 3, 7, expected.Length })
        {
            for (var first = 0; first < expected.Length; first += count)
            {
                var numbers = new float[Math.Min(count, expected.Length - first)];
                tensor.Read(first, MemoryMarshal.AsBytes(numbers.AsSpan()));
                Assert.Equal(expected[first..(first + numbers.Length)], numbers);
            }
        }
    }

    private int[] Words(int count) => [.. Enumerable.Range(0, count).Select(_ => (int)_random.NextInt64(int.MinValue, int.MaxValue))];
}
