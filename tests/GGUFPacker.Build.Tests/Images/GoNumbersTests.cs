using GGUFPacker.Build.Images;

namespace GGUFPacker.Build.Tests.Images;

public sealed class GoNumbersTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(-0.0, "-0")]
    [InlineData(1, "1")]
    [InlineData(-12.5, "-12.5")]
    [InlineData(1e-6, "0.000001")]
    [InlineData(9.99e-7, "9.99e-7")]
    [InlineData(1e-10, "1e-10")]
    [InlineData(123456789012345680000.0, "123456789012345680000")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(8.665726375176305, "8.665726375176305")]
    public void A_double_is_written_as_Go_writes_it(double value, string expected) => Assert.Equal(expected, GoNumbers.Format(value));

    [Theory]
    [InlineData(1e-5f, "0.00001")]
    [InlineData(1e-6f, "0.000001")]
    [InlineData(9.5e-7f, "9.5e-7")]
    [InlineData(10000f, "10000")]
    [InlineData(16777216f, "16777216")]
    [InlineData(1e20f, "100000000000000000000")]
    [InlineData(3.4028235e38f, "3.4028235e+38")]
    public void A_float_is_written_with_its_own_digits(float value, string expected) => Assert.Equal(expected, GoNumbers.Format(value));
}
