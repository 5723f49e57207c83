using GGUFPacker.Cli.Output;

namespace GGUFPacker.Cli.Tests.Output;

public sealed class RelativeAgeTests
{
    [Theory]
    [InlineData(0, "now")]
    [InlineData(1, "1 second ago")]
    [InlineData(59, "59 seconds ago")]
    [InlineData(60, "1 minute ago")]
    [InlineData(119, "1 minute ago")]
    [InlineData(120, "2 minutes ago")]
    [InlineData(3600, "1 hour ago")]
    [InlineData(86399, "23 hours ago")]
    [InlineData(86400 * 6, "6 days ago")]
    [InlineData(86400 * 7, "1 week ago")]
    [InlineData(86400 * 29, "4 weeks ago")]
    [InlineData(86400 * 30, "1 month ago")]
    [InlineData(86400 * 359, "11 months ago")]
    [InlineData(86400 * 360, "1 year ago")]
    [InlineData(86400 * 540, "2 years ago")]
    [InlineData(86400 * 1080, "3 years ago")]
    [InlineData(-60, "1 minute from now")]
    public void Age_is_said_in_the_largest_unit(int seconds, string expected)
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(20000);

        Assert.Equal(expected, RelativeAge.Of(now.AddSeconds(-seconds), now));
    }
}
