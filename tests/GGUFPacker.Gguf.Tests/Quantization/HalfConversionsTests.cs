using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization;

[ReadsGoldens]
public sealed class HalfConversionsTests
{
    private static readonly ushort[] AllHalves = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];

    // Every float that lies on, next to or halfway between two halves or bfloat16s is among them, and random ones.
    private static readonly float[] Floats = [.. Neighbours(), .. Enumerable.Range(0, 100_000).Select(i => BitConverter.UInt32BitsToSingle((uint)FormulaVectors.Random(41, (ulong)i)))];

    [Fact]
    public void Each_half_is_the_float_that_it_is()
    {
        var floats = new float[65536];
        HalfConversions.HalfToSingle(AllHalves, floats);
        foreach (var half in AllHalves)
        {
            Assert.Equal((float)BitConverter.UInt16BitsToHalf(half), floats[half]);
            Assert.Equal(BitConverter.SingleToUInt32Bits(HalfBits.ToSingle(half)), BitConverter.SingleToUInt32Bits(floats[half]));
        }
    }

    [Fact]
    public void Each_bfloat16_is_the_float_with_its_bits_on_top()
    {
        var floats = new float[65536];
        HalfConversions.BFloat16ToSingle(AllHalves, floats);
        foreach (var bits in AllHalves)
        {
            Assert.Equal((uint)bits << 16, BitConverter.SingleToUInt32Bits(floats[bits]));
        }
    }

    [Fact]
    public void A_float_becomes_the_nearest_half()
    {
        var halves = new ushort[Floats.Length];
        HalfConversions.SingleToHalf(Floats, halves);
        for (var i = 0; i < Floats.Length; i++)
        {
            // .NET's own conversion differs in the payload of NaN only.
            var expected = float.IsNaN(Floats[i])
                ? (ushort)(0x7E00 | (float.IsNegative(Floats[i]) ? 0x8000 : 0))
                : BitConverter.HalfToUInt16Bits((Half)Floats[i]);
            Assert.Equal(expected, halves[i]);
            Assert.Equal(expected, HalfBits.FromSingle(Floats[i]));
        }
    }

    [Fact]
    public void A_float_becomes_the_nearest_bfloat16()
    {
        var halves = new ushort[Floats.Length];
        HalfConversions.SingleToBFloat16(Floats, halves);
        for (var i = 0; i < Floats.Length; i++)
        {
            Assert.Equal(HalfBits.BFloat16FromSingle(Floats[i]), halves[i]);
        }
    }

    // What numpy 1.24 gives for float32 NaN of these bits.
    [Theory]
    [InlineData(0x7FC00000u, 0x7E00)]
    [InlineData(0xFFC00000u, 0xFE00)]
    [InlineData(0x7F800001u, 0x7C01)]
    [InlineData(0xFF812345u, 0xFC09)]
    [InlineData(0x7FFFFFFFu, 0x7FFF)]
    [InlineData(0x7FC02000u, 0x7E01)]
    public void A_NaN_keeps_its_payload_where_numpy_keeps_it(uint single, int half)
    {
        var numbers = new float[37];
        numbers[5] = BitConverter.UInt32BitsToSingle(single);
        numbers[36] = numbers[5];
        var halves = new ushort[37];
        HalfConversions.SingleToHalfKeepingNaN(numbers, halves);

        Assert.Equal(half, halves[5]);
        Assert.Equal(half, halves[36]);
        Assert.Equal(0, halves[6]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    public void Every_length_gives_what_single_numbers_give(int length)
    {
        var halves = AllHalves[0x3BF0..(0x3BF0 + length)];
        var floats = new float[length];
        HalfConversions.HalfToSingle(halves, floats);
        Assert.Equal(halves.Select(HalfBits.ToSingle), floats);

        HalfConversions.BFloat16ToSingle(halves, floats);
        Assert.Equal(halves.Select(HalfBits.BFloat16ToSingle), floats);

        var numbers = Floats[1000..(1000 + length)];
        HalfConversions.SingleToHalf(numbers, halves);
        Assert.Equal(numbers.Select(HalfBits.FromSingle), halves);

        HalfConversions.SingleToBFloat16(numbers, halves);
        Assert.Equal(numbers.Select(HalfBits.BFloat16FromSingle), halves);
    }

    [Fact]
    public void Lengths_that_differ_are_refused() =>
        Assert.Throws<ArgumentException>(() => HalfConversions.SingleToHalf(new float[3], new ushort[4]));

    private static IEnumerable<float> Neighbours()
    {
        foreach (var half in AllHalves)
        {
            var value = BitConverter.SingleToUInt32Bits(HalfBits.ToSingle(half));
            foreach (var offset in (int[])[-1, 0, 1, 0xFFF, 0x1000, 0x1001])
            {
                yield return BitConverter.UInt32BitsToSingle((uint)(value + offset));
            }

            foreach (var low in (uint[])[0x7FFF, 0x8000, 0x8001])
            {
                yield return BitConverter.UInt32BitsToSingle(((uint)half << 16) | low);
            }
        }
    }
}
