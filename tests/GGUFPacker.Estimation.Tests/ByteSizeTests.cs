namespace GGUFPacker.Estimation.Tests;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("24GiB", 24L << 30)]
    [InlineData("24g", 24L << 30)]
    [InlineData("1.5 GiB", 3L << 29)]
    [InlineData("24GB", 24_000_000_000)]
    [InlineData("512MiB", 512L << 20)]
    [InlineData("0", 0)]
    [InlineData("1024B", 1024)]
    public void A_size_has_a_unit(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("GiB")]
    [InlineData("-1GiB")]
    [InlineData("1,5GiB")]
    [InlineData("1e9")]
    [InlineData("99999999999999TiB")]
    [InlineData("NaN")]
    public void What_is_no_size_is_refused(string text) => Assert.Throws<FormatException>(() => ByteSize.Parse(text));
}
