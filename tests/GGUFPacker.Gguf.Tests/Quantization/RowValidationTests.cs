using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Tests.Quantization;

public sealed class RowValidationTests
{
    [Theory]
    [InlineData(TensorType.F32, 0x7F800000u)]
    [InlineData(TensorType.F32, 0xFF800000u)]
    [InlineData(TensorType.F32, 0x7FC00000u)]
    [InlineData(TensorType.F32, 0xFF800001u)]
    [InlineData(TensorType.F16, 0x7C00u)]
    [InlineData(TensorType.F16, 0xFC01u)]
    [InlineData(TensorType.BF16, 0x7F80u)]
    [InlineData(TensorType.BF16, 0xFFFFu)]
    public void A_number_that_is_not_finite_is_found_wherever_it_is(TensorType type, uint bits)
    {
        for (var length = 1; length <= 70; length++)
        {
            for (var at = 0; at < length; at++)
            {
                var data = Ordinary(type, length);
                Assert.Equal(-1, RowValidation.FindInvalid(type, data));
                Write(type, data, at, bits);
                Assert.Equal(at, RowValidation.FindInvalid(type, data));
            }
        }
    }

    [Theory]
    [InlineData(TensorType.F32, 0x7F7FFFFFu)]
    [InlineData(TensorType.F16, 0x7BFFu)]
    [InlineData(TensorType.BF16, 0xFF7Fu)]
    public void The_largest_number_is_valid(TensorType type, uint bits)
    {
        var data = Ordinary(type, 64);
        Write(type, data, 20, bits);
        Assert.Equal(-1, RowValidation.FindInvalid(type, data));
    }

    [Theory]
    [InlineData(TensorType.Q1_0, 0)]
    [InlineData(TensorType.Q2_0, 0)]
    [InlineData(TensorType.Q3_K, 108)]
    [InlineData(TensorType.Q2_K, 80)]
    [InlineData(TensorType.Q2_K, 82)]
    [InlineData(TensorType.Q4_0, 0)]
    [InlineData(TensorType.Q5_0, 0)]
    [InlineData(TensorType.Q8_0, 0)]
    [InlineData(TensorType.Q4_1, 0)]
    [InlineData(TensorType.Q4_1, 2)]
    [InlineData(TensorType.Q5_1, 0)]
    [InlineData(TensorType.Q5_1, 2)]
    [InlineData(TensorType.Q4_K, 0)]
    [InlineData(TensorType.Q4_K, 2)]
    [InlineData(TensorType.Q5_K, 0)]
    [InlineData(TensorType.Q5_K, 2)]
    [InlineData(TensorType.Q6_K, 208)]
    [InlineData(TensorType.IQ1_S, 0)]
    [InlineData(TensorType.IQ2_XXS, 0)]
    [InlineData(TensorType.IQ2_XS, 0)]
    [InlineData(TensorType.IQ2_S, 0)]
    [InlineData(TensorType.IQ3_XXS, 0)]
    [InlineData(TensorType.IQ3_S, 0)]
    [InlineData(TensorType.TQ1_0, 52)]
    [InlineData(TensorType.TQ2_0, 64)]
    [InlineData(TensorType.IQ4_NL, 0)]
    [InlineData(TensorType.IQ4_XS, 0)]
    public void A_blocks_scale_that_is_not_finite_is_found_and_its_codes_may_be_anything(TensorType type, int offset)
    {
        var data = new byte[5 * type.BlockBytes];
        Array.Fill(data, (byte)0xFF);
        for (var block = 0; block < 5; block++)
        {
            int[] scales = type switch
            {
                TensorType.Q2_K => [80, 82],
                TensorType.Q4_1 or TensorType.Q5_1 or TensorType.Q4_K or TensorType.Q5_K => [0, 2],
                _ => [offset],
            };
            foreach (var scale in scales)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan((block * type.BlockBytes) + scale), 0x7BFF);
            }
        }

        Assert.Equal(-1, RowValidation.FindInvalid(type, data));
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan((3 * type.BlockBytes) + offset), 0xFC00);
        Assert.Equal(3, RowValidation.FindInvalid(type, data));
    }

    [Fact]
    public void The_scale_of_IQ1_M_is_found_in_its_four_nibbles()
    {
        var data = new byte[5 * 56];
        Array.Fill(data, (byte)0xFF);
        for (var block = 0; block < 5; block++)
        {
            data[(block * 56) + 55] = 0x7F;
            data[(block * 56) + 53] = 0xBF;
        }

        Assert.Equal(-1, RowValidation.FindInvalid(TensorType.IQ1_M, data));
        data[(3 * 56) + 53] = 0xFF;
        Assert.Equal(3, RowValidation.FindInvalid(TensorType.IQ1_M, data));
    }

    [Fact]
    public void The_exponent_that_is_no_number_is_found()
    {
        var data = new byte[5 * 17];
        Array.Fill(data, (byte)0xFF);
        for (var block = 0; block < 5; block++)
        {
            data[block * 17] = 0xFE;
        }

        Assert.Equal(-1, RowValidation.FindInvalid(TensorType.MXFP4, data));
        data[3 * 17] = 0xFF;
        Assert.Equal(3, RowValidation.FindInvalid(TensorType.MXFP4, data));
    }

    [Fact]
    public void Every_byte_of_NVFP4_is_valid() =>
        Assert.Equal(-1, RowValidation.FindInvalid(TensorType.NVFP4, [.. Enumerable.Repeat((byte)0xFF, 72)]));

    [Fact]
    public void A_part_of_a_block_is_refused() =>
        Assert.Throws<ArgumentException>(() => RowValidation.FindInvalid(TensorType.Q8_0, new byte[33]));

    private static byte[] Ordinary(TensorType type, int length)
    {
        var data = new byte[type.RowBytes(length)];
        for (var i = 0; i < length; i++)
        {
            Write(type, data, i, type == TensorType.F32 ? 0x3F800000u : 0x3C00);
        }

        return data;
    }

    private static void Write(TensorType type, byte[] data, int index, uint bits)
    {
        if (type == TensorType.F32)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(index * 4), bits);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(index * 2), (ushort)bits);
        }
    }
}
