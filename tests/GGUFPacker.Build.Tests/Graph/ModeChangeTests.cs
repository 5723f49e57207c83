using GGUFPacker.Build.Graph;

namespace GGUFPacker.Build.Tests.Graph;

public sealed class ModeChangeTests
{
    // What chmod(1) makes of the mode with umask 0.
    [Theory]
    [InlineData("644", "777", "644")]
    [InlineData("0755", "600", "755")]
    [InlineData("4711", "0", "4711")]
    [InlineData("0", "777", "0")]
    [InlineData("u+x", "644", "744")]
    [InlineData("+x", "644", "755")]
    [InlineData("a+x", "600", "711")]
    [InlineData("go-rwx", "777", "700")]
    [InlineData("u=rw,go=r", "777", "644")]
    [InlineData("=r", "777", "444")]
    [InlineData("o=u", "740", "747")]
    [InlineData("g=o", "704", "744")]
    [InlineData("a+X", "644", "644")]
    [InlineData("a+X", "744", "755")]
    [InlineData("u+s", "755", "4755")]
    [InlineData("g+s", "755", "2755")]
    [InlineData("+t", "755", "1755")]
    [InlineData("u-s", "4755", "755")]
    [InlineData("a-w+x", "622", "511")]
    [InlineData("u=", "777", "077")]
    public void Mode_of_a_file(string change, string before, string after) =>
        Assert.Equal(Convert.ToInt32(after, 8), ModeChange.Parse(change).Apply(Convert.ToInt32(before, 8), isDirectory: false));

    [Fact]
    public void A_capital_x_is_for_directories() => Assert.Equal(0b111_101_101, ModeChange.Parse("a+X").Apply(0b110_100_100, isDirectory: true));

    [Theory]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("10000")]
    [InlineData("99999999999")]
    [InlineData("u")]
    [InlineData("u+x,")]
    [InlineData("x+u")]
    [InlineData("u+y")]
    public void What_is_no_mode_is_refused(string text) => Assert.Throws<FormatException>(() => ModeChange.Parse(text));

    [Fact]
    public void Zeros_in_front_change_nothing() => Assert.Equal(ModeChange.Parse("644").ToString(), ModeChange.Parse("0644").ToString());
}
