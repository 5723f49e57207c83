using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Layers;

[ReadsGoldens]
public sealed class LayerListingTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ContentStore _store;

    public LayerListingTests() => _store = ContentStore.Open(_directory["store"]);

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Listing_tells_entries_and_where_their_bytes_are()
    {
        var layer = MakeLayer(("app/a.txt", "aaa"), ("app/b.txt", "bb"), ("app/empty", ""));

        var entries = LayerListing.Read(LayerListing.Describe(layer), layer.DiffId)!.Value;

        Assert.Equal(["app", "app/a.txt", "app/b.txt", "app/empty"], entries.Select(entry => entry.Path));
        Assert.Equal(layer.Entries, entries.Select(entry => entry with { Place = null }));
        Assert.Equal("aaa", ReadAt(layer, entries[1]));
        Assert.Equal("bb", ReadAt(layer, entries[2]));
        Assert.Null(entries[3].Place);
        LayerListing.Verify(LayerListing.Describe(layer), layer);
    }

    [Fact]
    public void Long_listing_is_left_out()
    {
        var layer = MakeLayer([.. Enumerable.Range(0, 1000).Select(i => ($"f{i}", "x"))]);
        Assert.Empty(LayerListing.Describe(layer).Annotations);
        Assert.Null(LayerListing.Read(layer.ToDescriptor(), layer.DiffId));
    }

    [Fact]
    public void Listing_of_another_layer_is_refused()
    {
        var layer = MakeLayer(("a.txt", "aaa"));
        var lie = LayerListing.Describe(MakeLayer(("a.txt", "bbb")));
        var descriptor = layer.ToDescriptor() with { Annotations = lie.Annotations };
        var error = Assert.Throws<LayerException>(() => LayerListing.Verify(descriptor, layer));
        Assert.Contains("other entries than its manifest lists", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Listing_of_a_compressed_layer_is_not_used()
    {
        var layer = MakeLayer(("a.txt", "aaa"));
        Assert.Null(LayerListing.Read(LayerListing.Describe(layer), Digest.Of("another"u8)));
    }

    [Theory]
    [InlineData("[{]")]
    [InlineData("7")]
    [InlineData("[7]")]
    [InlineData("[{}]")]
    [InlineData("""[{"path":"../x","kind":"Directory","mode":0,"uid":0,"gid":0,"size":0,"modified":0}]""")]
    [InlineData("""[{"path":"x","kind":"Other","mode":0,"uid":0,"gid":0,"size":0,"modified":0}]""")]
    [InlineData("""[{"path":"x","kind":"SymbolicLink","mode":0,"uid":0,"gid":0,"size":0,"modified":0}]""")]
    [InlineData("""[{"path":"x","kind":"File","mode":0,"uid":0,"gid":0,"size":-1,"modified":0}]""")]
    [InlineData("""[{"path":"x","kind":"File","mode":0,"uid":0,"gid":0,"size":9,"modified":0}]""")]
    [InlineData("""[{"path":"x","kind":"File","mode":0,"uid":0,"gid":0,"size":9,"modified":0,"offset":512,"content":"sha256:zz"}]""")]
    [InlineData("""[{"path":"x","kind":"File","mode":0,"uid":0,"gid":0,"size":9999999,"modified":0,"offset":512,"content":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}]""")]
    [InlineData("""[{"path":"x","kind":"File","mode":0,"uid":0,"gid":0,"size":9223372036854775807,"modified":0,"offset":9223372036854775807,"content":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}]""")]
    public void Faulty_listing_is_refused(string listing)
    {
        var layer = MakeLayer(("a.txt", "aaa"));
        var descriptor = layer.ToDescriptor() with { Annotations = ImmutableSortedDictionary<string, string>.Empty.Add(LayerListing.Annotation, listing) };
        Assert.Throws<LayerException>(() => LayerListing.Read(descriptor, layer.DiffId));
    }

    private LayerRecipe MakeLayer(params (string Path, string Text)[] files) => _store.Layers.Create(files.Select(file =>
        file.Text.Length == 0 ? LayerEntry.File(file.Path, default, 0) : LayerEntry.File(file.Path, _store.Contents.Ingest(Encoding.UTF8.GetBytes(file.Text)).Digest, file.Text.Length)));

    private string ReadAt(LayerRecipe layer, LayerEntry entry)
    {
        using var tar = _store.Layers.OpenRead(layer);
        tar.Position = entry.Place!.Offset;
        var bytes = new byte[entry.Size];
        tar.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
