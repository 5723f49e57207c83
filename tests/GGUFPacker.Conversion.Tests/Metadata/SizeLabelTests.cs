using GGUFPacker.Conversion.Metadata;

namespace GGUFPacker.Conversion.Tests.Metadata;

public sealed class SizeLabelTests
{
    [Theory]
    [InlineData(500, "0.50K")]
    [InlineData(2500, "2.5K")]
    [InlineData(12500, "12K")]
    [InlineData(13500, "14K")]
    [InlineData(1_250, "1.2K")]
    [InlineData(1_750, "1.8K")]
    [InlineData(125, "0.12K")]
    [InlineData(375, "0.38K")]
    [InlineData(1_000_000, "1000K")]
    [InlineData(1_000_001, "1.0M")]
    [InlineData(7_000_000_000, "7.0B")]
    [InlineData(671_000_000_000, "671B")]
    [InlineData(1_200_000_000_000, "1.2T")]
    [InlineData(-20_000_000, "20M")]
    public void A_count_is_rounded_as_python_does_ties_to_even(long count, string expected) =>
        Assert.Equal(expected, SizeLabel.Of(new ParameterCount(count, count, 0, 0)));

    [Fact]
    public void Experts_are_counted_apart() =>
        Assert.Equal("8x7.2B", SizeLabel.Of(new ParameterCount(46_702_792_704, 1_605_636_096, 5_637_144_576, 8)));
}
