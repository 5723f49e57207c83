using System.Formats.Tar;
using System.Security.Cryptography;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Store;

public sealed class ContentIngestTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ContentStore _store;

    public ContentIngestTests() => _store = ContentStore.Open(_directory["store"]);

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData((5 << 20) + 12345)]
    public async Task Layer_of_a_written_file_is_its_tar(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        using var ingest = _store.Contents.BeginIngest(new PendingLayer("app/model.gguf", size) { Modified = 1720000000 });
        for (var offset = 0; offset < size; offset += 100_000)
        {
            ingest.Write(bytes.AsSpan(offset, Math.Min(100_000, size - offset)));
        }

        var stored = ingest.Commit();

        Assert.Equal(Digest.Of(bytes), stored.Digest);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_store.Contents.PathOf(stored.Digest)));
        var created = _store.Layers.Create([LayerEntry.File("app/model.gguf", stored.Digest, size) with { Modified = 1720000000 }]);
        Assert.Equal(created.DiffId, stored.Layer!.DiffId);
        using var tar = _store.Layers.OpenRead(_store.Layers.Get(stored.Layer.DiffId));
        Assert.Equal(stored.Layer.DiffId, Digest.FromHash(await SHA256.HashDataAsync(tar)));
        Assert.Equal(stored.Layer.Size, tar.Length);
        tar.Position = 0;
        await using var reader = new TarReader(tar);
        Assert.Equal("app/", (await reader.GetNextEntryAsync())!.Name);
        var entry = await reader.GetNextEntryAsync();
        Assert.Equal(("app/model.gguf", size, 1720000000), (entry!.Name, entry.Length, entry.ModificationTime.ToUnixTimeSeconds()));
        Assert.Null(await reader.GetNextEntryAsync());
    }

    [Fact]
    public void Layer_with_other_entries_is_the_one_that_Create_makes()
    {
        var before = _store.Contents.Ingest("first"u8);
        var after = _store.Contents.Ingest("last"u8);
        LayerEntry[] others = [LayerEntry.File("a.txt", before.Digest, before.Size), LayerEntry.File("z.txt", after.Digest, after.Size)];
        using var ingest = _store.Contents.BeginIngest(new PendingLayer("m.gguf", 6) { OtherEntries = [.. others] });
        ingest.Write("middle"u8);
        var stored = ingest.Commit();
        Assert.Equal(_store.Layers.Create([.. others, LayerEntry.File("m.gguf", stored.Digest, 6)]).DiffId, stored.Layer!.DiffId);
    }

    [Fact]
    public void Adopt_gives_what_writing_gives()
    {
        var bytes = new byte[(2 << 20) + 77];
        new Random(1).NextBytes(bytes);
        var path = _store.Contents.NewTemporaryPath();
        File.WriteAllBytes(path, bytes);
        var adopted = _store.Contents.Adopt(path, new PendingLayer("m.gguf", bytes.Length), CancellationToken.None);
        Assert.False(File.Exists(path));
        using var ingest = _store.Contents.BeginIngest(new PendingLayer("m.gguf", bytes.Length));
        ingest.Write(bytes);
        var written = ingest.Commit();
        Assert.Equal((written.Digest, written.Layer!.DiffId), (adopted.Digest, adopted.Layer!.DiffId));
    }

    [Fact]
    public void Wrong_size_is_refused_and_nothing_stays()
    {
        using (var ingest = _store.Contents.BeginIngest(new PendingLayer("m.gguf", 5)))
        {
            ingest.Write("four"u8);
            var exception = Assert.Throws<StoreException>(() => ingest.Commit());
            Assert.Contains("'m.gguf' has 4 bytes", exception.Message, StringComparison.Ordinal);
        }

        AssertEmpty();
    }

    [Fact]
    public void Ingest_without_commit_leaves_nothing()
    {
        using (var ingest = _store.Contents.BeginIngest())
        {
            ingest.Write(new byte[3 << 20]);
        }

        AssertEmpty();
    }

    [Fact]
    public void File_that_was_cut_off_is_replaced()
    {
        var stored = _store.Contents.Ingest("whole"u8);
        File.WriteAllBytes(_store.Contents.PathOf(stored.Digest), "wh"u8);
        Assert.False(_store.Contents.Contains(stored.Digest, 5));
        _store.Contents.Ingest("whole"u8);
        Assert.True(_store.Contents.Contains(stored.Digest, 5));
    }

    private void AssertEmpty() =>
        Assert.DoesNotContain(Directory.EnumerateFiles(_store.Root, "*", SearchOption.AllDirectories), f => Path.GetFileName(f) != "lock");
}
