using System.Text;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Oci.Tests.Registry;

[ReadsGoldens("packer/e2e")]
public sealed class ImagePullTests : RegistryTestBase
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_that_breaks_is_made_again_and_the_blob_read_on(bool ranges)
    {
        using var registry = new LoopbackRegistry { HasRanges = ranges };
        var manifest = await PushedAsync(registry);
        registry.Add(new RegistryFault("GET", ModelPath(manifest)) { BreakAfter = 700_000, Times = 2 });
        await PullAsync(registry);
        AssertPulled(Reference(registry), manifest);
        var asked = registry.Requests.Where(r => r.Method == "GET"
            && r.Path.Contains(ModelPath(manifest), StringComparison.Ordinal)).Select(r => r.Header("Range")).ToList();
        Assert.Equal(3, asked.Count);
        Assert.All(asked.Skip(1), Assert.NotNull);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pull_that_ended_early_is_gone_on_with_by_the_next(bool damaged)
    {
        using var registry = new LoopbackRegistry();
        var manifest = await PushedAsync(registry, 40_000_000);
        registry.Add(new RegistryFault("GET", ModelPath(manifest)) { BreakAfter = 30_000_000 });
        var impatient = new ImagePull(NewClient(change: o => o with { Retries = 0 }), Other);
        await Assert.ThrowsAsync<RegistryException>(() => impatient.RunAsync(new PullRequest(Reference(registry)), null, Token));
        var partial = Path.Combine(Other.Root, "partial");
        var data = Assert.Single(Directory.GetFiles(partial, "*.data"));
        if (damaged)
        {
            var bytes = await File.ReadAllBytesAsync(data, Token);
            bytes[^1] ^= 1;
            await File.WriteAllBytesAsync(data, bytes, Token);
        }

        else
        {
            // It breaks once more, which must not lose what there was.
            registry.Add(new RegistryFault("GET", ModelPath(manifest)) { BreakAfter = 0 });
            await Assert.ThrowsAsync<RegistryException>(() => impatient.RunAsync(new PullRequest(Reference(registry)), null, Token));
        }

        await PullAsync(registry);
        AssertPulled(Reference(registry), manifest);
        var ranges = registry.Requests.Where(r => r.Method == "GET"
            && r.Path.Contains(ModelPath(manifest), StringComparison.Ordinal)).Select(r => r.Header("Range")).ToList();
        Assert.Equal(3, ranges.Count);
        Assert.InRange(long.Parse(ranges[1]!["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture), 16_000_000, 30_000_000);
        Assert.Equal(damaged ? null : ranges[1], ranges[2]);
        Assert.Empty(Directory.GetFiles(partial));
    }

    [Fact]
    public async Task Two_pulls_of_one_image_do_not_hinder_each_other()
    {
        using var registry = new LoopbackRegistry();
        var manifest = await PushedAsync(registry, 40_000_000);
        await Task.WhenAll(PullAsync(registry), PullAsync(registry), PullAsync(registry));
        AssertPulled(Reference(registry), manifest);
    }

    [Fact]
    public async Task Silent_connection_is_given_up_and_made_again()
    {
        using var registry = new LoopbackRegistry();
        var manifest = await PushedAsync(registry);
        registry.Add(new RegistryFault("GET", ModelPath(manifest)) { BreakAfter = 700_000, Silent = true });
        var client = NewClient(change: o => o with { IdleTimeout = TimeSpan.FromMilliseconds(500) });
        await new ImagePull(client, Other).RunAsync(new PullRequest(Reference(registry)), null, Token);
        AssertPulled(Reference(registry), manifest);
    }

    [Fact]
    public async Task Address_that_has_expired_is_asked_for_again()
    {
        using var registry = new LoopbackRegistry { RedirectsBlobs = true, Access = RegistryAccess.Token };
        var manifest = await PushedAsync(registry);
        registry.Add(new RegistryFault("GET", ModelDigest(manifest) + "?sig=") { BreakAfter = 700_000 });
        var client = NewClient(new("user", "pass word"));
        await new ImagePull(client, Other).RunAsync(new PullRequest(Reference(registry)), null, Token);
        AssertPulled(Reference(registry), manifest);
        Assert.All(registry.StorageRequests, r => Assert.Null(r.Header("Authorization")));
        Assert.Equal(4, registry.StorageRequests.Count);
    }

    [Fact]
    public async Task Expired_storage_address_without_a_new_one_is_a_clear_failure()
    {
        using var registry = new LoopbackRegistry { RedirectsBlobs = true };
        var manifest = await PushedAsync(registry);
        registry.Add(new RegistryFault("GET", ModelDigest(manifest) + "?sig=") { Status = 403, Times = 100 });
        var exception = await Assert.ThrowsAsync<RegistryException>(() => PullAsync(registry));
        Assert.Contains("answered 403", exception.Message, StringComparison.Ordinal);
        Assert.Null(Other.Tags.Find(Reference(registry)));
    }

    [Fact]
    public async Task Wrong_bytes_are_refused_and_no_name_is_set()
    {
        using var registry = new LoopbackRegistry();
        var manifest = await PushedAsync(registry);
        registry.Add(new RegistryFault("GET", ModelPath(manifest)) { Corrupts = true });
        var exception = await Assert.ThrowsAsync<LayerException>(() => PullAsync(registry));
        Assert.Contains(ModelDigest(manifest), exception.Message, StringComparison.Ordinal);
        Assert.Null(Other.Tags.Find(Reference(registry)));
        await PullAsync(registry);
        AssertPulled(Reference(registry), manifest);
    }

    [Fact]
    public async Task Wrong_manifest_is_refused()
    {
        using var registry = new LoopbackRegistry();
        var manifest = await PushedAsync(registry);
        registry.Add(new RegistryFault("GET", "/manifests/") { Corrupts = true });
        Assert.Contains(manifest.Digest.ToString(), (await Assert.ThrowsAsync<RegistryException>(() => PullAsync(registry))).Message, StringComparison.Ordinal);
        registry.Add(new RegistryFault("GET", "/manifests/") { Corrupts = true });
        var byDigest = Reference(registry).WithDigest(manifest.Digest);
        await Assert.ThrowsAsync<RegistryException>(() => new ImagePull(Client, Other).RunAsync(new PullRequest(byDigest), null, Token));
        await new ImagePull(Client, Other).RunAsync(new PullRequest(byDigest), null, Token);
        AssertPulled(byDigest, manifest);
    }

    [Fact]
    public async Task Wrong_config_is_refused()
    {
        using var registry = new LoopbackRegistry();
        var manifest = await PushedAsync(registry);
        registry.Add(new RegistryFault("GET", ImageManifest.Parse(Store.Blobs.Get(manifest.Digest)).Config.Digest.ToString()) { Corrupts = true });
        await Assert.ThrowsAsync<RegistryException>(() => PullAsync(registry));
    }

    [Fact]
    public async Task Layers_that_are_there_are_not_fetched()
    {
        using var registry = new LoopbackRegistry();
        await PushedAsync(registry);
        await PullAsync(registry);
        var before = registry.Requests.Count;
        await PullAsync(registry);
        Assert.Equal(["GET"], registry.Requests.Skip(before).Select(r => r.Method));
    }

    [Fact]
    public async Task Image_that_is_not_there_is_named()
    {
        using var registry = new LoopbackRegistry();
        var exception = await Assert.ThrowsAsync<RegistryException>(() => PullAsync(registry));
        Assert.Equal($"The registry has no image {Reference(registry)}.", exception.Message);
    }

    [Fact]
    public async Task Manifest_and_config_alone_set_no_name()
    {
        using var registry = new LoopbackRegistry();
        var manifest = await PushedAsync(registry);
        var pulled = await new ImagePull(Client, Other).RunAsync(new PullRequest(Reference(registry)) { WithoutLayers = true }, null, Token);
        Assert.Equal(manifest.Digest, pulled.ManifestDescriptor.Digest);
        Assert.Null(Other.Tags.Find(Reference(registry)));
        Assert.DoesNotContain(registry.Requests, r => r.Method == "GET" && r.Path.Contains(ModelPath(manifest), StringComparison.Ordinal));
        await new ImagePull(Client, Other).PullLayerAsync(new BlobOrigin(Reference(registry).Registry, "team/model"), pulled.Manifest.Layers[0], pulled.Config.DiffIds[0], null, Token);
        Assert.NotNull(Other.Layers.Find(pulled.Config.DiffIds[0]));
    }

    [Theory]
    [InlineData("{\"schemaVersion\":2,\"config\":CONFIG,\"layers\":[]}", "has 0 layers, but its config lists 2")]
    [InlineData("{\"schemaVersion\":2,\"config\":CONFIG,\"layers\":[TEXT,MODEL]}", "is a plain tar, but the config says")]
    [InlineData("{\"schemaVersion\":2,\"config\":CONFIG,\"layers\":[MODEL,OTHER]}", "which is no tar")]
    [InlineData("{\"schemaVersion\":2,\"manifests\":[]}", "no image for")]
    public async Task Manifest_that_does_not_fit_is_refused(string manifest, string message)
    {
        using var registry = new LoopbackRegistry();
        var image = ImageManifest.Parse(Store.Blobs.Get((await PushedAsync(registry)).Digest));
        var json = manifest.Replace("CONFIG", Json(image.Config), StringComparison.Ordinal)
            .Replace("MODEL", Json(image.Layers[0]), StringComparison.Ordinal)
            .Replace("TEXT", Json(image.Layers[1]), StringComparison.Ordinal)
            .Replace("OTHER", Json(image.Layers[1] with { MediaType = "application/vnd.docker.ai.gguf.v3" }), StringComparison.Ordinal);
        registry.Content.AddManifest("team/model", "Q4_K_M", Encoding.UTF8.GetBytes(json), MediaTypes.ImageManifest);
        Assert.Contains(message, (await Assert.ThrowsAsync<ContentException>(() => PullAsync(registry))).Message, StringComparison.Ordinal);

        static string Json(Descriptor d) => $$"""{"mediaType":"{{d.MediaType}}","digest":"{{d.Digest}}","size":{{d.Size}}}""";
    }

    [Fact]
    public async Task Layer_of_another_size_than_the_manifest_says_is_refused()
    {
        using var registry = new LoopbackRegistry();
        var manifest = await PushedAsync(registry);
        var image = ImageManifest.Parse(Store.Blobs.Get(manifest.Digest));
        var longer = image with { Layers = image.Layers.SetItem(0, image.Layers[0] with { Size = image.Layers[0].Size + 512 }) };
        registry.Content.AddManifest("team/model", "Q4_K_M", longer.ToBytes(), MediaTypes.ImageManifest);
        Assert.Contains("the manifest says", (await Assert.ThrowsAsync<RegistryException>(() => PullAsync(registry))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LayerCompression.Gzip, MediaTypes.LayerTarGzip)]
    [InlineData(LayerCompression.Zstd, MediaTypes.LayerTarZstd)]
    public async Task Compressed_layer_can_be_pushed_elsewhere_unchanged(LayerCompression compression, string mediaType)
    {
        using var registry = new LoopbackRegistry();
        var image = ImageManifest.Parse(Store.Blobs.Get((await PushedAsync(registry)).Digest));
        var tar = new MemoryStream();
        using (var stream = Store.Layers.OpenRead(Store.Layers.Get(image.Layers[0].Digest)))
        {
            await stream.CopyToAsync(tar, Token);
        }

        var blob = Compression.Compress(tar.ToArray(), compression);
        registry.Content.AddBlob("team/model", blob);
        var compressed = image with { Layers = image.Layers.SetItem(0, new Descriptor(mediaType, Digest.Of(blob), blob.Length)) };
        registry.Content.AddManifest("team/model", "Q4_K_M", compressed.ToBytes(), MediaTypes.ImageManifest);
        var pulled = await new ImagePull(Client, Other).RunAsync(new PullRequest(Reference(registry)), null, Token);
        AssertPulled(Reference(registry), pulled.ManifestDescriptor);

        using var second = new LoopbackRegistry();
        await new ImagePush(Client, Other).RunAsync(new PushRequest(pulled.ManifestDescriptor, Reference(second)), null, Token);
        Assert.Equal(blob, second.Content.Blob("team/model", Digest.Of(blob).ToString()));
    }

    [Fact]
    public async Task Recorded_images_are_pulled()
    {
        var folder = Goldens.Path("packer", "e2e", "registry");
        Assert.SkipUnless(Directory.Exists(folder), "No recorded registry.");
        using var registry = new LoopbackRegistry();
        registry.Load(folder);
        using var references = System.Text.Json.JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "refs.json"), Token));
        foreach (var recorded in references.RootElement.EnumerateObject())
        {
            var reference = Reference(registry, recorded.Name);
            var pulled = await new ImagePull(Client, Other).RunAsync(new PullRequest(reference) { Platform = new Platform("linux", "amd64") }, null, Token);
            Assert.NotEmpty(new ImageContent(Other, Other.Tags.Find(reference)!.Manifest.Digest).Files());
            Assert.NotNull(pulled.Config.Config);
        }
    }

    [Fact]
    public async Task Retagged_image_has_both_tags()
    {
        using var registry = new LoopbackRegistry();
        var manifest = await PushedAsync(registry);
        Assert.Equal(manifest.Digest, (await Client.Manifests.RetagAsync(Reference(registry), "1.0.0", Token)).Digest);
        Assert.Equal(["1.0.0", "Q4_K_M"], registry.Content.Tags("team/model"));
        await Assert.ThrowsAsync<RegistryException>(() => Client.Manifests.RetagAsync(Reference(registry, "team/model:none"), "2", Token));
    }

    [Fact]
    public async Task Tags_are_listed_over_several_pages()
    {
        using var registry = new LoopbackRegistry();
        var manifest = MakeImage();
        await new ImagePush(Client, Store).RunAsync(
            new PushRequest(manifest, Reference(registry, "team/model:a")) { OtherTags = ["b", "c", "d", "e"] }, null, Token);
        Assert.Equal(["a", "b", "c", "d", "e"], await Client.Tags.ListAsync(Reference(registry).Registry, "team/model", Token));
        var exception = await Assert.ThrowsAsync<RegistryException>(() => Client.Tags.ListAsync(Reference(registry).Registry, "none", Token));
        Assert.Equal("NAME_UNKNOWN", exception.ErrorCode);
    }

    private static class Compression
    {
        public static byte[] Compress(byte[] tar, LayerCompression compression) => GGUFPacker.Oci.Tests.Store.LayerImportTests.Compress(tar, compression);
    }

    private Task PullAsync(LoopbackRegistry registry) => new ImagePull(Client, Other).RunAsync(new PullRequest(Reference(registry)), null, Token);

    private async Task<Descriptor> PushedAsync(LoopbackRegistry registry, int size = 3_000_000)
    {
        var manifest = MakeImage(size);
        var image = new ImageContent(Store, manifest.Digest);
        foreach (var blob in image.Manifest.Layers)
        {
            using var tar = Store.Layers.OpenRead(Store.Layers.Get(blob.Digest));
            var bytes = new byte[blob.Size];
            await tar.ReadExactlyAsync(bytes, Token);
            registry.Content.AddBlob("team/model", bytes);
        }

        registry.Content.AddBlob("team/model", Store.Blobs.Get(image.Manifest.Config.Digest));
        registry.Content.AddManifest("team/model", "Q4_K_M", image.Bytes, image.MediaType);
        return manifest;
    }

    private string ModelDigest(Descriptor manifest) => ImageManifest.Parse(Store.Blobs.Get(manifest.Digest)).Layers[0].Digest.ToString();

    private string ModelPath(Descriptor manifest) => "/blobs/" + ModelDigest(manifest);
}
