using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layouts;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Oci.Tests.Registry;

/// <summary>Images whose layers stay where they are.</summary>
[ReadsGoldens]
public sealed class LayerOriginTests : RegistryTestBase
{
    [Theory]
    [InlineData("")]
    [InlineData("gzip")]
    public async Task Layers_that_were_not_pulled_are_mounted_from_where_they_are(string compression)
    {
        using var registry = new LoopbackRegistry();
        var manifest = await PullWithoutLayersAsync(registry, Base(compression));
        var before = registry.Requests.Count;

        await new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, Reference(registry, "mine/child:1")), null, Token);

        Assert.Equal(manifest.Digest.ToString(), registry.Content.Manifest("mine/child", "1")!.Value.Digest);
        var requests = registry.Requests.Skip(before).ToArray();
        Assert.Equal(2, requests.Count(r => r.Method == "POST" && r.Query.GetValueOrDefault("from") == "team/base"));

        // The config alone is sent, and nothing is fetched.
        Assert.InRange(requests.Sum(r => r.BodyBytes), 1, 3000);
        Assert.Equal(0, requests.Where(r => r.Path.Contains("/blobs/", StringComparison.Ordinal)).Sum(r => r.AnswerBytes));
    }

    [Fact]
    public async Task Another_registry_gets_them_passed_on_and_nothing_is_kept()
    {
        using var source = new LoopbackRegistry();
        using var destination = new LoopbackRegistry();
        var image = Base("");
        var manifest = await PullWithoutLayersAsync(source, image);
        source.Add(new RegistryFault("GET", image.Layers[0]) { BreakAfter = 700_000 });
        destination.Add(new RegistryFault("PUT", "/blobs/uploads/") { Status = 503 });

        await new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, Reference(destination, "mine/child:1")), null, Token);

        Assert.All(image.Layers, layer => Assert.Equal(source.Content.Blob(layer), destination.Content.Blob("mine/child", layer)));
        Assert.Empty(Directory.GetFiles(Path.Combine(Store.Root, "contents", "sha256")));
        Assert.Empty(Directory.GetFiles(Path.Combine(Store.Root, "temp")));
    }

    [Fact]
    public async Task What_was_pushed_once_is_mounted_the_next_time()
    {
        using var registry = new LoopbackRegistry();
        var manifest = MakeImage();
        await new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, Reference(registry, "mine/first:1")), null, Token);
        var before = registry.Requests.Count;

        await new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, Reference(registry, "mine/second:1")), null, Token);

        // The config alone is sent.
        Assert.Single(registry.Requests.Skip(before), r => r.Method == "PUT" && r.Path.Contains("/blobs/", StringComparison.Ordinal));
        Assert.NotNull(registry.Content.Manifest("mine/second", "1"));
    }

    [Fact]
    public async Task Without_mounts_the_bytes_pass_through()
    {
        using var registry = new LoopbackRegistry { HasMounts = false };
        var image = Base("gzip");
        var manifest = await PullWithoutLayersAsync(registry, image);

        await new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, Reference(registry, "mine/child:1")), null, Token);

        Assert.All(image.Layers, layer => Assert.NotNull(registry.Content.Blob("mine/child", layer)));
        Assert.Equal(2, registry.Requests.Count(r => r.Method == "DELETE"));
    }

    [Fact]
    public async Task A_refused_mount_is_no_failure()
    {
        using var registry = new LoopbackRegistry();
        var manifest = await PullWithoutLayersAsync(registry, Base(""));
        registry.Add(new RegistryFault("POST", "mount=") { Status = 403, Times = 2 });

        await new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, Reference(registry, "mine/child:1")), null, Token);

        Assert.NotNull(registry.Content.Manifest("mine/child", "1"));
    }

    [Fact]
    public async Task A_mount_asks_for_access_to_both_repositories()
    {
        using var registry = new LoopbackRegistry { Access = RegistryAccess.Token };
        var client = NewClient(new(registry.Login.User, registry.Login.Password));
        var manifest = await PullWithoutLayersAsync(registry, Base(""), client);

        await new ImagePush(client, Store).RunAsync(new PushRequest(manifest, Reference(registry, "mine/child:1")), null, Token);

        Assert.Equal(2, registry.Requests.Count(r => r.Method == "POST" && r.Query.ContainsKey("mount") && r.Header("Authorization") is not null));
        Assert.Contains(registry.Requests, r => r.Path == "/token" && r.Target.Contains("mine", StringComparison.Ordinal) && r.Target.Contains("team", StringComparison.Ordinal));
        Assert.DoesNotContain(registry.Requests, r => r.Method == "GET" && r.Path.Contains("/blobs/", StringComparison.Ordinal) && r.AnswerBytes > 3000);
    }

    [Theory]
    [InlineData("", "layout")]
    [InlineData("gzip", "layout.tar")]
    public async Task A_layout_of_an_image_whose_layers_are_elsewhere_is_whole(string compression, string name)
    {
        using var registry = new LoopbackRegistry();
        using var directory = new TemporaryDirectory();
        var image = Base(compression);
        var manifest = await PullWithoutLayersAsync(registry, image);
        await Assert.ThrowsAsync<StoreException>(() => WriteAsync(new LayoutWriter(Store)));

        await WriteAsync(new LayoutWriter(Store, Client));

        var read = Assert.Single(await new LayoutReader(Other).ReadAsync(directory[name], Token));
        Assert.Equal(["a.txt", "model.gguf"], new ImageContent(Other, read.Manifest.Digest).Files().Keys);

        registry.Add(new RegistryFault("GET", image.Layers[0]) { Corrupts = true, Times = 9 });
        directory.Dispose();
        await Assert.ThrowsAsync<RegistryException>(() => WriteAsync(new LayoutWriter(Store, Client)));
        Assert.False(File.Exists(directory[name]));

        Task WriteAsync(LayoutWriter writer) => name.EndsWith(".tar", StringComparison.Ordinal)
            ? writer.WriteArchiveAsync(directory[name], [new LayoutImage(manifest, null)], Token)
            : writer.WriteDirectoryAsync(directory[name], [new LayoutImage(manifest, null)], Token);
    }

    [Fact]
    public async Task Layers_can_be_fetched_later()
    {
        using var registry = new LoopbackRegistry();
        var manifest = await PullWithoutLayersAsync(registry, Base("gzip"));
        var error = Assert.Throws<StoreException>(() => new ImageContent(Store, manifest.Digest));
        Assert.Contains($"it is in {registry.Host}/team/base", error.Message, StringComparison.Ordinal);

        await new ImagePull(Client, Store).CompleteAsync(manifest.Digest, null, Token);

        Assert.Equal(["a.txt", "model.gguf"], new ImageContent(Store, manifest.Digest).Files().Keys);
        var before = registry.Requests.Count;
        await new ImagePull(Client, Store).CompleteAsync(manifest.Digest, null, Token);
        Assert.Equal(before, registry.Requests.Count);
    }

    [Fact]
    public async Task A_registry_that_gives_other_bytes_is_not_passed_on()
    {
        using var source = new LoopbackRegistry();
        using var destination = new LoopbackRegistry();
        var image = Base("");
        var manifest = await PullWithoutLayersAsync(source, image);
        source.Add(new RegistryFault("GET", image.Layers[0]) { Corrupts = true, Times = 100 });

        await Assert.ThrowsAsync<RegistryException>(() => new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, Reference(destination, "mine/child:1")), null, Token));
        Assert.Null(destination.Content.Manifest("mine/child", "1"));
    }

    [Fact]
    public async Task Index_by_digest_needs_no_registry_once_it_was_asked_for()
    {
        var registry = new LoopbackRegistry();
        var amd64 = Base("").AddTo(registry.Content, "team/base", null);
        var size = registry.Content.Manifest("team/base", amd64)!.Value.Bytes.Length;
        var index = new ImageIndex { Manifests = [new Descriptor(MediaTypes.ImageManifest, Digest.Parse(amd64), size) { Platform = new Platform("linux", "amd64") }] }.ToBytes();
        var digest = registry.Content.AddManifest("team/base", "1", index, MediaTypes.ImageIndex);
        var request = new PullRequest(Reference(registry, $"team/base@{digest}")) { WithoutLayers = true, Platform = new("linux", "amd64") };
        var first = await new ImagePull(Client, Store).RunAsync(request, null, Token);
        registry.Dispose();

        var second = await new ImagePull(Client, Store).RunAsync(request, null, Token);

        Assert.Equal(first.ManifestDescriptor.Digest, second.ManifestDescriptor.Digest);
    }

    [Fact]
    public void The_latest_few_are_remembered_and_pruned_with_the_layer()
    {
        var digest = Digest.Of("a layer"u8);
        for (var i = 0; i < 6; i++)
        {
            Store.Origins.Add(digest, new BlobOrigin(Reference($"r{i}").Registry, $"team/r{i}"));
        }

        Store.Origins.Add(digest, new BlobOrigin(Reference("r3").Registry, "team/r3"));
        Assert.Equal(["reg.example/team/r3", "reg.example/team/r5", "reg.example/team/r4", "reg.example/team/r2"], Store.Origins.Find(digest).Select(o => o.ToString()));
        var root = Store.Root;
        Store.Dispose();

        StorePrune.Run(root);

        using var again = ContentStore.Open(root);
        Assert.Empty(again.Origins.Find(digest));

        static ImageReference Reference(string name) => ImageReference.Parse($"reg.example/team/{name}");
    }

    private static RegistryImage Base(string compression) => new RegistryImage()
        .Layer(tar => tar.WriteEntry(RegistryImage.File("model.gguf", RegistryImage.Noise(1_500_000))), compression)
        .Layer(tar => tar.WriteEntry(RegistryImage.File("a.txt", "a")), compression);

    private async Task<Descriptor> PullWithoutLayersAsync(LoopbackRegistry registry, RegistryImage image, RegistryClient? client = null)
    {
        image.AddTo(registry.Content, "team/base", "1");
        var request = new PullRequest(Reference(registry, "team/base:1")) { WithoutLayers = true, Platform = new("linux", "amd64") };
        return (await new ImagePull(client ?? Client, Store).RunAsync(request, null, Token)).ManifestDescriptor;
    }
}
