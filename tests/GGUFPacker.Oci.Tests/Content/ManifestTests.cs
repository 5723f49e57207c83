using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GGUFPacker.Oci.Content;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Content;

public sealed class ManifestTests
{
    private static readonly string s_digest = "sha256:" + new string('a', 64);

    public static TheoryData<string> Recorded(string name)
    {
        var root = Goldens.Path("packer", "e2e");
        return Directory.Exists(root) ? [.. Directory.EnumerateFiles(root, name, SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];
    }

    [Theory]
    [GoldenData(nameof(Recorded), "manifest.json")]
    public void Recorded_manifest_survives(string path)
    {
        var bytes = File.ReadAllBytes(path);
        AssertSame(bytes, ImageManifest.Parse(bytes).ToBytes());
    }

    [Theory]
    [GoldenData(nameof(Recorded), "index.json")]
    public void Recorded_index_survives(string path)
    {
        var bytes = File.ReadAllBytes(path);
        AssertSame(bytes, ImageIndex.Parse(bytes).ToBytes());
    }

    [Theory]
    [GoldenData(nameof(Recorded), "config.json")]
    public void Recorded_config_survives(string path)
    {
        var bytes = File.ReadAllBytes(path);
        AssertSame(bytes, ImageConfig.Parse(bytes).ToBytes());
    }

    [Fact]
    public void Unknown_members_survive_everywhere()
    {
        var json = Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"mediaType":"{{{MediaTypes.ImageManifest}}}","config":{"mediaType":"m","digest":"{{{s_digest}}}","size":1,"urls":["u"],"future":{"a":[1.50]}},
            "layers":[],"annotations":{"b":"2","a":"1"},"later":null,"subject":{"mediaType":"s","digest":"{{{s_digest}}}","size":2},"artifactType":"t"}
            """);
        AssertSame(json, ImageManifest.Parse(json).ToBytes());
        Assert.Contains("1.50", Encoding.UTF8.GetString(ImageManifest.Parse(json).ToBytes()), StringComparison.Ordinal);
        var config = """{"architecture":"arm64","variant":"v8","os":"linux","config":{"Size":1},"rootfs":{"type":"layers","diff_ids":[]},"history":[{"created_by":"x","new":1}],"moby.x":[true]}"""u8.ToArray();
        AssertSame(config, ImageConfig.Parse(config).ToBytes());
    }

    [Fact]
    public void Equal_configs_give_equal_bytes()
    {
        using var model = JsonDocument.Parse("""{"Size":1,"Cmd":["-m","<ä>"]}""");
        var config = new ImageConfig
        {
            Created = Rfc3339.Format(DateTimeOffset.UnixEpoch),
            Config = model.RootElement,
            DiffIds = [Digest.Parse(s_digest)],
            History = [new ImageHistory { CreatedBy = "CMD", EmptyLayer = true }],
        };
        Assert.Equal(
            $$$"""{"architecture":"amd64","config":{"Size":1,"Cmd":["-m","<ä>"]},"created":"1970-01-01T00:00:00Z","history":[{"created_by":"CMD","empty_layer":true}],"os":"linux","rootfs":{"type":"layers","diff_ids":["{{{s_digest}}}"]}}""",
            Encoding.UTF8.GetString(config.ToBytes()));
    }

    [Theory]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "no JSON")]
    [InlineData("{\"schemaVersion\":1}", "schema version 2")]
    [InlineData("{\"schemaVersion\":2}", "'config'")]
    [InlineData("{\"schemaVersion\":2,\"manifests\":[]}", "index")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:1\",\"size\":1}}", "sha256:1")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"digest\":\"D\",\"size\":-1}}", "'size'")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"digest\":\"D\",\"size\":1e99}}", "'size'")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"digest\":\"D\",\"size\":\"1\"}}", "'size'")]
    [InlineData("{\"schemaVersion\":2,\"config\":[]}", "'descriptor'")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"digest\":\"D\",\"size\":1},\"layers\":{}}", "'layers'")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"digest\":\"D\",\"size\":1,\"annotations\":{\"a\":1}}}", "'a'")]
    public void Faulty_manifest_says_what_is_wrong(string json, string message)
    {
        var bytes = Encoding.UTF8.GetBytes(json.Replace("\"D\"", $"\"{s_digest}\"", StringComparison.Ordinal));
        Assert.Contains(message, Assert.Throws<ContentException>(() => ImageManifest.Parse(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_and_huge_manifests_are_refused()
    {
        Assert.Throws<ContentException>(() => ImageManifest.Parse(Encoding.UTF8.GetBytes(new string('[', 1000))));
        Assert.Throws<ContentException>(() => ImageManifest.Parse(new byte[5 << 20]));
    }

    [Fact]
    public void Select_takes_the_platform_then_what_runs_then_the_first()
    {
        var index = new ImageIndex
        {
            Manifests =
            [
                Entry("unknown/unknown"), Entry("linux/arm64"), Entry("linux/amd64/v2"), Entry("linux/amd64"),
            ],
        };
        Assert.Equal("linux/amd64", index.Select(Platform.Parse("linux/amd64")).Platform!.ToString());
        Assert.Equal("linux/amd64/v2", index.Select(Platform.Parse("linux/amd64/v3")).Platform!.ToString());
        Assert.Equal("linux/arm64", index.Select(Platform.Parse("windows/386")).Platform!.ToString());
        Assert.Throws<ContentException>(() => new ImageIndex { Manifests = [Entry("unknown/unknown")] }.Select(Platform.Host));

        static Descriptor Entry(string platform) => new(MediaTypes.ImageManifest, Digest.Parse(s_digest), 1) { Platform = Platform.Parse(platform) };
    }

    [Theory]
    [InlineData("2026-11-23T15:07:42.089390541Z", "2026-11-23T15:07:42.0893905Z")]
    [InlineData("2026-11-23T15:07:42Z", "2026-11-23T15:07:42Z")]
    [InlineData("2026-11-23T16:07:42.5+01:00", "2026-11-23T15:07:42.5Z")]
    public void Times_are_read_and_written(string text, string written)
    {
        Assert.True(Rfc3339.TryParse(text, out var time));
        Assert.Equal(written, Rfc3339.Format(time));
    }

    private static void AssertSame(byte[] expected, byte[] actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), Encoding.UTF8.GetString(actual));
}
