using System.Text.Json;
using GGUFPacker.Oci.References;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.References;

public sealed class ImageReferenceTests
{
    public static TheoryData<string> Rows()
    {
        var rows = new TheoryData<string>();
        foreach (var file in Goldens.Files("packer/units", "references.json"))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            rows.AddRange(json.RootElement.EnumerateArray().Select(row => row.GetRawText()));
        }

        return rows;
    }

    [Theory]
    [GoldenData(nameof(Rows))]
    public void Parse_is_what_the_distribution_library_does(string row)
    {
        using var json = JsonDocument.Parse(row);
        var text = json.RootElement.GetProperty("ref").GetString()!;
        var parsed = ImageReference.TryParse(text, out var reference, out var error);
        if (json.RootElement.TryGetProperty("error", out _))
        {
            Assert.False(parsed);
            Assert.Contains($"'{text}'", error, StringComparison.Ordinal);
            return;
        }

        Assert.True(parsed, error);
        Assert.Equal(json.RootElement.GetProperty("normalized").GetString(), reference!.ToString());
        Assert.Equal(json.RootElement.GetProperty("familiar").GetString(), reference.Familiar);
        Assert.Equal(json.RootElement.GetProperty("tagged").GetString(), reference.WithDefaultTag().ToString());
        Assert.Equal(reference, ImageReference.Parse(reference.ToString()));
    }

    [Theory]
    [InlineData("localhost:5000/a", "localhost:5000", true, "localhost:5000")]
    [InlineData("127.0.0.2/a", "127.0.0.2", true, "127.0.0.2")]
    [InlineData("[::1]:5000/a", "[::1]:5000", true, "[::1]:5000")]
    [InlineData("10.0.0.1:5000/a", "10.0.0.1:5000", false, "10.0.0.1:5000")]
    [InlineData("localhost.example.org/a", "localhost.example.org", false, "localhost.example.org")]
    [InlineData("a", "docker.io", false, "registry-1.docker.io")]
    public void Registry_knows_its_host(string text, string name, bool loopback, string apiHost)
    {
        var registry = ImageReference.Parse(text).Registry;
        Assert.Equal((name, loopback, apiHost), (registry.Name, registry.IsLoopback, registry.ApiHost));
    }

    [Fact]
    public void Digest_wins_over_tag_as_manifest_name()
    {
        var digest = "sha256:" + new string('a', 64);
        Assert.Equal(digest, ImageReference.Parse("a:t@" + digest).ManifestName);
        Assert.Equal("t", ImageReference.Parse("a:t").ManifestName);
        Assert.Equal("latest", ImageReference.Parse("a").ManifestName);
    }

    [Fact]
    public void Repository_of_more_than_255_characters_is_refused() =>
        Assert.False(ImageReference.TryParse("ghcr.io/" + new string('a', 256), out _));

    [Fact]
    public void WithTag_refuses_what_is_no_tag() => Assert.Throws<FormatException>(() => ImageReference.Parse("a").WithTag("a b"));
}
