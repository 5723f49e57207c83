using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Store;

public sealed class ContentStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ContentStore _store;

    public ContentStoreTests() => _store = ContentStore.Open(_directory["store"]);

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Link_is_the_same_file_and_replaces_what_is_there()
    {
        var first = _store.Contents.Ingest("first"u8);
        var second = _store.Contents.Ingest("second"u8);
        var destination = _directory["out", "deep", "model.gguf"];
        Assert.True(_store.Contents.Link(first.Digest, destination));
        Assert.True(_store.Contents.Link(second.Digest, destination));
        Assert.True(_store.Contents.Link(second.Digest, destination));
        Assert.Equal("second", File.ReadAllText(destination));
        Assert.Equal("first", File.ReadAllText(_store.Contents.PathOf(first.Digest)));
        Assert.Equal([destination], Directory.GetFiles(_directory["out", "deep"]));
        File.AppendAllText(destination, "!");
        Assert.Equal("second!", File.ReadAllText(_store.Contents.PathOf(second.Digest)));
    }

    [Fact]
    public void Link_of_what_is_not_there_says_so()
    {
        var digest = Digest.Of("nothing"u8);
        Assert.Contains(
            digest.ToString(), Assert.Throws<StoreException>(() => _store.Contents.Link(digest, _directory["x"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tags_are_set_listed_and_removed()
    {
        var manifest = _store.Blobs.Put(MediaTypes.ImageManifest, "{}"u8);
        var upper = ImageReference.Parse("localhost:5000/a:Q4_K_M");
        var lower = ImageReference.Parse("localhost:5000/a:q4_k_m");
        _store.Tags.Set(upper, manifest);
        _store.Tags.Set(lower, manifest with { Size = 3 });
        _store.Tags.Set(ImageReference.Parse("b"), manifest);
        Assert.Equal(
            ["docker.io/library/b:latest", "localhost:5000/a:Q4_K_M", "localhost:5000/a:q4_k_m"], _store.Tags.List().Select(t => t.Reference.ToString()));
        Assert.Equal(manifest.Digest, _store.Tags.Find(ImageReference.Parse("b:latest"))!.Manifest.Digest);
        Assert.Equal((2, 3), (_store.Tags.Find(upper)!.Manifest.Size, _store.Tags.Find(lower)!.Manifest.Size));
        Assert.True(_store.Tags.Remove(upper));
        Assert.False(_store.Tags.Remove(upper));
        Assert.Null(_store.Tags.Find(upper));
    }

    [Fact]
    public void Damaged_tag_file_is_no_tag()
    {
        var reference = ImageReference.Parse("a");
        _store.Tags.Set(reference, _store.Blobs.Put(MediaTypes.ImageManifest, "{}"u8));
        File.WriteAllText(Directory.GetFiles(_directory["store", "tags"]).Single(), "{\"refer");
        Assert.Empty(_store.Tags.List());
        Assert.Null(_store.Tags.Find(reference));
    }

    [Fact]
    public void Damaged_blob_is_missing()
    {
        var blob = _store.Blobs.Put(MediaTypes.ImageConfig, "{\"a\":1}"u8);
        Assert.Equal("{\"a\":1}"u8, _store.Blobs.Get(blob.Digest));
        File.WriteAllText(_store.Blobs.PathOf(blob.Digest), "{\"a\":2}");
        Assert.Null(_store.Blobs.Find(blob.Digest));
    }

    [Fact]
    public void Layer_without_its_content_is_missing()
    {
        var content = _store.Contents.Ingest("x"u8);
        var layer = _store.Layers.Create([LayerEntry.File("x", content.Digest, 1)]);
        Assert.NotNull(_store.Layers.Find(layer.DiffId));
        File.Delete(_store.Contents.PathOf(content.Digest));
        Assert.Null(_store.Layers.Find(layer.DiffId));
        Assert.Throws<StoreException>(() => _store.Layers.Get(layer.DiffId));
    }

    [Fact]
    public void Cache_records_are_replaced_whole()
    {
        var key = Digest.Of("key"u8);
        Assert.Null(_store.Cache.Find(key));
        _store.Cache.Put(key, "1"u8);
        _store.Cache.Put(key, "22"u8);
        Assert.Equal("22"u8, _store.Cache.Find(key)!);
        _store.Cache.Remove(key);
        Assert.Null(_store.Cache.Find(key));
    }

    [Fact]
    public void Opening_sweeps_abandoned_temporary_files_only()
    {
        var old = _directory["store", "temp", "1-old.tmp"];
        var fresh = _directory["store", "temp", "1-fresh.tmp"];
        File.WriteAllText(old, "");
        File.WriteAllText(fresh, "");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));
        using var again = ContentStore.Open(_directory["store"]);
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(fresh));
    }

    [Fact]
    public void DefaultRoot_is_the_variable_or_the_home()
    {
        Assert.Equal(Path.Combine("home", "gguf-packer"), ContentStore.DefaultRoot(_ => null, "home"));
        Assert.Equal(_directory["s"], ContentStore.DefaultRoot(name => name == "GGUF_PACKER_STORE_PATH" ? _directory["s"] : null, "home"));
        Assert.Equal(_directory["s"], ContentStore.DefaultRoot(name =>
            name switch { "GGUF_PACKER_STORE_PATH" => "${BASE}/$SUB", "BASE" => _directory.FullName, "SUB" => "s", _ => null }, "home"));
    }
}
