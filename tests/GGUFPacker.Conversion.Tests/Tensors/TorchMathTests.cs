using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Tests.Tensors;

public sealed class TorchMathTests
{
    // Numbers of the goldens whose exponential PyTorch does not round correctly.
    [Theory]
    [InlineData(0x3f7a0000u, 0x4029f0a5u)]
    [InlineData(0x3f4de4fau, 0x400f0b7cu)]
    [InlineData(0x3f122288u, 0x3fe2873bu)]
    [InlineData(0x3ee797bbu, 0x3fc9364fu)]
    [InlineData(0x3f240cb8u, 0x3ff2f2ceu)]
    public void The_exponential_has_pytorchs_bits(uint argument, uint expected) =>
        Assert.Equal(expected, BitConverter.SingleToUInt32Bits(TorchMath.Exp(BitConverter.UInt32BitsToSingle(argument))));

    [Fact]
    public void The_exponential_is_at_most_one_unit_off()
    {
        for (var i = -86_000; i <= 86_000; i += 7)
        {
            var x = i / 1000f;
            var difference = BitConverter.SingleToInt32Bits(TorchMath.Exp(x)) - BitConverter.SingleToInt32Bits((float)Math.Exp(x));
            Assert.InRange(difference, -1, 1);
        }
    }

    [Theory]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(0f, 1f)]
    [InlineData(200f, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void The_exponential_has_the_usual_limits(float argument, float expected) => Assert.Equal(expected, TorchMath.Exp(argument));
}
