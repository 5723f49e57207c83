using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Tests.Tensors;

public sealed class TensorEncoderTests
{
    private static readonly ushort[] AllHalves = [.. Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits)];

    [Fact]
    public void Bfloat16_stays_as_it_is_but_for_signalling_nans()
    {
        var expected = AllHalves.Select(bits => (ushort)((bits & 0x7FFF) > 0x7F80 ? bits | 0x40 : bits));

        Assert.Equal(expected, Encode(ArrayTensor.Of(ElementType.BF16, AllHalves, 256, 256), TensorType.BF16));
    }

    [Fact]
    public void Float16_stays_as_it_is() =>
        Assert.Equal(AllHalves, Encode(ArrayTensor.Of(ElementType.F16, AllHalves, 256, 256), TensorType.F16));

    [Fact]
    public void Bfloat16_becomes_float16_through_float32()
    {
        var encoded = Encode(ArrayTensor.Of(ElementType.BF16, AllHalves, 256, 256), TensorType.F16);

        foreach (var bits in AllHalves)
        {
            var value = BitConverter.UInt32BitsToSingle((uint)bits << 16);
            if (!float.IsNaN(value))
            {
                Assert.Equal(BitConverter.HalfToUInt16Bits((Half)value), encoded[bits]);
            }
        }
    }

    [Theory]
    [InlineData(TensorType.F32)]
    [InlineData(TensorType.F16)]
    [InlineData(TensorType.BF16)]
    [InlineData(TensorType.Q8_0)]
    [InlineData(TensorType.TQ1_0)]
    [InlineData(TensorType.TQ2_0)]
    public void Rows_are_the_same_however_they_are_read(TensorType type)
    {
        var random = new Random(7);
        var numbers = Enumerable.Range(0, 100 * 1024).Select(_ => (random.NextSingle() * 2) - 1).ToArray();
        var encoder = Encoder(ArrayTensor.Of(ElementType.F32, numbers, 100, 1024), type);
        var whole = new byte[encoder.Info.ByteLength];
        encoder.ReadRows(0, whole);

        var rowBytes = (int)encoder.Info.RowBytes;
        for (var row = 0; row < 100;)
        {
            var rows = Math.Min(random.Next(1, 40), 100 - row);
            var part = new byte[rows * rowBytes];
            encoder.ReadRows(row, part);
            Assert.Equal(whole[(row * rowBytes)..((row + rows) * rowBytes)], part);
            row += rows;
        }
    }

    private static ushort[] Encode(TensorSource source, TensorType type)
    {
        var encoder = Encoder(source, type);
        var bytes = new byte[encoder.Info.ByteLength];
        encoder.ReadRows(0, bytes);
        return MemoryMarshal.Cast<byte, ushort>(bytes).ToArray();
    }

    private static TensorEncoder Encoder(TensorSource source, TensorType type) => new(source, new TensorInfo("x", type, [.. source.Shape.Reverse()]));
}
