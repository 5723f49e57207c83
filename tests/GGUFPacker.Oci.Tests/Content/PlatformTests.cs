using System.Text.Json;
using GGUFPacker.Oci.Content;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Content;

public sealed class PlatformTests
{
    public static TheoryData<string> Rows()
    {
        var rows = new TheoryData<string>();
        foreach (var file in Goldens.Files("packer/units", "platforms.json"))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            rows.AddRange(json.RootElement.EnumerateArray().Select(row => row.GetRawText()));
        }

        return rows;
    }

    [Theory]
    [GoldenData(nameof(Rows))]
    public void Parse_is_what_containerd_does(string row)
    {
        using var json = JsonDocument.Parse(row);
        var text = json.RootElement.GetProperty("platform").GetString()!;
        if (json.RootElement.TryGetProperty("error", out _))
        {
            Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => Platform.Parse(text)).Message, StringComparison.Ordinal);
            return;
        }

        var platform = Platform.Parse(text);
        if (!text.Contains('/', StringComparison.Ordinal))
        {
            // Such a row depends on the machine that recorded it: amd64 and Linux.
            Assert.Equal(text is "linux" ? "linux/" + Platform.Host.Architecture : json.RootElement.GetProperty("format").GetString(), platform.ToString());
            return;
        }

        Assert.Equal(json.RootElement.GetProperty("format").GetString(), platform.ToString());
        Assert.Equal(json.RootElement.GetProperty("normalized").GetString(), platform.Normalize().ToString());
    }

    [Theory]
    [InlineData("linux/amd64", "linux/amd64/v2", false)]
    [InlineData("linux/amd64/v3", "linux/amd64/v2", true)]
    [InlineData("linux/arm64", "linux/arm/v7", true)]
    [InlineData("linux/arm/v6", "linux/arm/v7", false)]
    [InlineData("linux/arm/v7", "linux/arm/v6", true)]
    [InlineData("linux/amd64", "windows/amd64", false)]
    [InlineData("linux/amd64", "linux/arm64", false)]
    public void Runs_knows_variants(string machine, string image, bool runs) => Assert.Equal(runs, Platform.Parse(machine).Runs(Platform.Parse(image)));
}
