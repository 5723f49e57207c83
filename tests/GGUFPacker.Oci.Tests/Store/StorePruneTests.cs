using System.Text;
using System.Text.Json;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Store;

public sealed class StorePruneTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Root => _directory["store"];

    [Fact]
    public void Shared_files_stay_as_long_as_one_name_leads_to_them()
    {
        Descriptor first, second;
        Digest shared, own;
        using (var store = ContentStore.Open(Root))
        {
            shared = store.Contents.Ingest("shared"u8).Digest;
            own = store.Contents.Ingest("own"u8).Digest;
            first = Image(store, [("a", shared, 6), ("b", own, 3)]);
            second = Image(store, [("a", shared, 6)]);
            store.Tags.Set(ImageReference.Parse("x:1"), first);
            store.Tags.Set(ImageReference.Parse("x:2"), second);
            store.Contents.Ingest("nobody's"u8);
        }

        var dry = StorePrune.Run(Root, new() { DryRun = true });
        Assert.Equal((1, 8), (dry.Files, dry.Bytes));
        Assert.Equal(dry, StorePrune.Run(Root));
        Assert.Equal(new PruneReport(0, 0, dry.BytesLeft), StorePrune.Run(Root));
        using (var store = ContentStore.Open(Root))
        {
            Assert.NotEmpty(new ImageContent(store, first.Digest).Files());
            store.Tags.Remove(ImageReference.Parse("x:1"));
        }

        Assert.True(StorePrune.Run(Root).Files > 0);
        using (var store = ContentStore.Open(Root))
        {
            Assert.NotEmpty(new ImageContent(store, second.Digest).Files());
            Assert.False(store.Contents.Contains(own));
            Assert.True(store.Contents.Contains(shared));
            store.Tags.Remove(ImageReference.Parse("x:2"));
        }

        StorePrune.Run(Root);
        Assert.Equal(["lock"], Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(Path.GetFileName));
    }

    [Fact]
    public void Index_keeps_its_images()
    {
        Descriptor image;
        using (var store = ContentStore.Open(Root))
        {
            image = Image(store, [("a", store.Contents.Ingest("a"u8).Digest, 1)]);
            store.Tags.Set(ImageReference.Parse("x"), store.Blobs.Put(MediaTypes.ImageIndex, new ImageIndex { Manifests = [image] }.ToBytes()));
        }

        StorePrune.Run(Root);
        using var again = ContentStore.Open(Root);
        Assert.NotEmpty(new ImageContent(again, image.Digest).Files());
    }

    [Fact]
    public void Cache_records_keep_what_they_mention_until_they_are_old()
    {
        Digest content, layer;
        using (var store = ContentStore.Open(Root))
        {
            content = store.Contents.Ingest("result"u8).Digest;
            layer = store.Layers.Create([LayerEntry.File("a", content, 6)]).DiffId;
            store.Cache.Put(Digest.Of("key"u8), Encoding.UTF8.GetBytes($$"""{"layer":"{{layer}}"}"""));
        }

        StorePrune.Run(Root, new() { OlderThan = TimeSpan.FromDays(1) });
        using (var store = ContentStore.Open(Root))
        {
            Assert.NotNull(store.Layers.Find(layer));
        }

        StorePrune.Run(Root, new() { OlderThan = TimeSpan.Zero }, new LaterTime());
        using var pruned = ContentStore.Open(Root);
        Assert.Null(pruned.Layers.Find(layer));
        Assert.Null(pruned.Cache.Find(Digest.Of("key"u8)));
    }

    [Fact]
    public void Store_in_use_is_not_pruned()
    {
        using var one = ContentStore.Open(Root);
        using var two = ContentStore.Open(Root);
        Assert.Contains("in use", Assert.Throws<StoreException>(() => StorePrune.Run(Root)).Message, StringComparison.Ordinal);
    }

    private static Descriptor Image(ContentStore store, (string Path, Digest Content, long Size)[] files)
    {
        var layers = files.Select(f => store.Layers.Create([LayerEntry.File(f.Path, f.Content, f.Size)])).ToList();
        using var config = JsonDocument.Parse("{}");
        var image = new ImageConfig { Config = config.RootElement, DiffIds = [.. layers.Select(l => l.DiffId)] };
        var manifest = new ImageManifest
        {
            Config = store.Blobs.Put(MediaTypes.ImageConfig, image.ToBytes()),
            Layers = [.. layers.Select(l => l.ToDescriptor())],
        };
        return store.Blobs.Put(MediaTypes.ImageManifest, manifest.ToBytes());
    }

    private sealed class LaterTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddMinutes(1);
    }
}
