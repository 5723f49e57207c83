using System.Collections.Concurrent;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing.Registry;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Registry;

[ReadsGoldens]
public sealed class ImagePushTests : RegistryTestBase
{
    [Fact]
    public async Task Pushed_image_is_pulled_as_it_was()
    {
        using var registry = new LoopbackRegistry();
        var manifest = MakeImage();
        var events = new ConcurrentQueue<TransferProgress>();
        var pushed = await new ImagePush(Client, Store).RunAsync(
            new PushRequest(manifest, Reference(registry)) { OtherTags = ["latest"] }, new Direct(events), Token);

        Assert.Equal($"{registry.Host}/team/model@{manifest.Digest}", pushed.ToString());
        Assert.Equal(["Q4_K_M", "latest"], registry.Content.Tags("team/model"));
        Assert.Equal(3, events.Count(e => e.Status == TransferStatus.Completed));
        var model = events.Last(e => e.Status == TransferStatus.Advanced && e.Blob.Size > 1_000_000);
        Assert.Equal(model.Blob.Size, model.Done);
        Assert.Equal("PUT", registry.Requests[^1].Method);
        Assert.EndsWith("/manifests/latest", registry.Requests[^1].Path, StringComparison.Ordinal);

        await new ImagePull(Client, Other).RunAsync(new PullRequest(Reference(registry)), null, Token);
        AssertPulled(Reference(registry), manifest);
    }

    [Fact]
    public async Task Second_push_sends_the_manifest_alone()
    {
        using var registry = new LoopbackRegistry();
        var manifest = MakeImage();
        var push = new ImagePush(Client, Store);
        await push.RunAsync(new PushRequest(manifest, Reference(registry)), null, Token);
        var before = registry.Requests.Count;
        var events = new ConcurrentQueue<TransferProgress>();
        await push.RunAsync(new PushRequest(manifest, Reference(registry, "team/model:again")), new Direct(events), Token);
        Assert.DoesNotContain(registry.Requests.Skip(before), r => r.Method == "POST");
        Assert.All(events, e => Assert.Equal(TransferStatus.Present, e.Status));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Blob_of_another_repository_is_mounted_where_that_works(bool mounts)
    {
        using var registry = new LoopbackRegistry { HasMounts = mounts };
        var manifest = MakeImage();
        var push = new ImagePush(Client, Store);
        await push.RunAsync(new PushRequest(manifest, Reference(registry, "base/model:1")), null, Token);
        var events = new ConcurrentQueue<TransferProgress>();
        await push.RunAsync(new PushRequest(manifest, Reference(registry)) { MountFrom = ["base/model", "not/there"] }, new Direct(events), Token);
        Assert.Equal(mounts ? 3 : 0, events.Count(e => e.Status == TransferStatus.Mounted));
        Assert.NotNull(registry.Content.Manifest("team/model", "Q4_K_M"));
    }

    [Theory]
    [InlineData(500, 2)]
    [InlineData(503, 1)]
    [InlineData(429, 3)]
    [InlineData(408, 1)]
    public async Task Passing_failures_are_tried_again(int status, int times)
    {
        using var registry = new LoopbackRegistry();
        foreach (var method in new[] { "HEAD", "POST", "PUT" })
        {
            registry.Add(new RegistryFault(method, "/v2/") { Status = status, Times = times });
        }

        var manifest = MakeImage();
        await new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, Reference(registry)), null, Token);
        Assert.NotNull(registry.Content.Manifest("team/model", "Q4_K_M"));
    }

    [Fact]
    public async Task Upload_that_breaks_goes_on_where_the_registry_stopped()
    {
        using var registry = new LoopbackRegistry();
        registry.Add(new RegistryFault("PUT", "/blobs/uploads/") { BreakRequestAfter = 2_000_000, KeepsPart = true });
        var manifest = MakeImage(5_000_000);
        await new ImagePush(NewClient(change: o => o with { ParallelTransfers = 1 }), Store).RunAsync(
            new PushRequest(manifest, Reference(registry)), null, Token);
        Assert.NotNull(registry.Content.Manifest("team/model", "Q4_K_M"));
        var patch = Assert.Single(registry.Requests, r => r.Method == "PATCH");
        Assert.StartsWith("2000000-", patch.Header("Content-Range"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, long.MaxValue)]
    [InlineData(true, 1_000_000)]
    public async Task Upload_that_breaks_begins_again_where_nothing_is_kept(bool keeps, long maxPatch)
    {
        using var registry = new LoopbackRegistry { MaxPatch = maxPatch };
        registry.Add(new RegistryFault("PUT", "/blobs/uploads/") { BreakRequestAfter = 2_000_000, KeepsPart = keeps });
        var manifest = MakeImage(5_000_000);
        await new ImagePush(NewClient(change: o => o with { ParallelTransfers = 1 }), Store).RunAsync(
            new PushRequest(manifest, Reference(registry)), null, Token);
        Assert.NotNull(registry.Content.Manifest("team/model", "Q4_K_M"));
        Assert.Equal(2, registry.Requests.Count(r => r.Method == "PUT" && r.Header("Content-Length") == "5002240"));
    }

    [Fact]
    public async Task Upload_whose_answer_was_lost_is_not_sent_again()
    {
        using var registry = new LoopbackRegistry();
        registry.Add(new RegistryFault("PUT", "/blobs/uploads/") { BreakAfter = -1, Times = 3 });
        var manifest = MakeImage();
        await new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, Reference(registry)), null, Token);
        Assert.Equal(3, registry.Requests.Count(r => r.Method == "PUT" && r.Path.Contains("/blobs/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Registry_that_refuses_large_bodies_gets_pieces()
    {
        using var registry = new LoopbackRegistry { MaxBody = 1_000_000 };
        var manifest = MakeImage();
        await new ImagePush(NewClient(change: o => o with { UploadChunkSize = 900_000 }), Store).RunAsync(
            new PushRequest(manifest, Reference(registry)), null, Token);
        Assert.Equal(4, registry.Requests.Count(r => r.Method == "PATCH"));
        await new ImagePull(Client, Other).RunAsync(new PullRequest(Reference(registry)), null, Token);
        AssertPulled(Reference(registry), manifest);
    }

    [Fact]
    public async Task Registry_that_cannot_be_asked_first_gets_the_blob()
    {
        using var registry = new LoopbackRegistry { KnowsExpect = false };
        var manifest = MakeImage();
        await new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, Reference(registry)), null, Token);
        Assert.NotNull(registry.Content.Manifest("team/model", "Q4_K_M"));
        Assert.Contains(registry.Requests, r => r.Header("Expect") is not null);
    }

    [Fact]
    public async Task Damaged_content_is_not_published()
    {
        using var registry = new LoopbackRegistry();
        var manifest = MakeImage();
        var path = Store.Contents.PathOf(new ImageContent(Store, manifest.Digest).Files()["app/model.gguf"].Content);
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes[1000] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Token);
        var exception = await Assert.ThrowsAsync<RegistryException>(
            () => new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, Reference(registry)), null, Token));
        Assert.Contains("the store may be damaged", exception.Message, StringComparison.Ordinal);
        Assert.Null(registry.Content.Manifest("team/model", "Q4_K_M"));
    }

    [Fact]
    public async Task Registry_that_is_not_there_is_named()
    {
        var server = new LoopbackRegistry();
        var reference = Reference(server);
        server.Dispose();
        var exception = await Assert.ThrowsAsync<RegistryException>(
            () => new ImagePush(Client, Store).RunAsync(new PushRequest(MakeImage(), reference), null, Token));
        Assert.StartsWith($"The registry {reference.Registry} cannot be reached: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_that_is_not_whole_is_not_pushed()
    {
        using var registry = new LoopbackRegistry();
        var manifest = MakeImage();
        File.Delete(Store.Contents.PathOf(new ImageContent(Store, manifest.Digest).Files()["app/model.gguf"].Content));
        await Assert.ThrowsAsync<StoreException>(() => new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, Reference(registry)), null, Token));
        Assert.DoesNotContain(registry.Requests, r => r.Method is "POST" or "PUT");
    }

    [Fact]
    public async Task Index_is_pushed_after_its_images()
    {
        using var registry = new LoopbackRegistry();
        var (amd64, arm64) = (MakeImage(1_000_000), MakeImage(2_000_000));
        var index = Store.Blobs.Put(MediaTypes.ImageIndex, new ImageIndex
        {
            Manifests = [amd64 with { Platform = new Platform("linux", "amd64") }, arm64 with { Platform = new Platform("linux", "arm64") }],
        }.ToBytes());
        await new ImagePush(Client, Store).RunAsync(new PushRequest(index, Reference(registry)), null, Token);
        var pulled = await new ImagePull(Client, Other).RunAsync(
            new PullRequest(Reference(registry)) { Platform = new Platform("linux", "arm64") }, null, Token);
        Assert.Equal(arm64.Digest, pulled.ManifestDescriptor.Digest);
        AssertPulled(Reference(registry), arm64);
    }

    [Fact]
    public async Task Cancelled_push_leaves_no_image()
    {
        using var registry = new LoopbackRegistry();
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var events = new Direct(new ConcurrentQueue<TransferProgress>()) { On = e => { if (e.Status == TransferStatus.Advanced) { source.Cancel(); } } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new ImagePush(Client, Store).RunAsync(new PushRequest(MakeImage(), Reference(registry)), events, source.Token));
        Assert.Null(registry.Content.Manifest("team/model", "Q4_K_M"));
    }

    private sealed class Direct(ConcurrentQueue<TransferProgress> events) : IProgress<TransferProgress>
    {
        public Action<TransferProgress>? On { get; init; }

        public void Report(TransferProgress value)
        {
            events.Enqueue(value);
            On?.Invoke(value);
        }
    }
}
