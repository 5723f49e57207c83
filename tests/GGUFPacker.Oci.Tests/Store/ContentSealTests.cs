using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Store;

/// <summary>Somebody writes to a file that is linked to a content.</summary>
public sealed class ContentSealTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ContentStore _store;
    private readonly Digest _digest;

    public ContentSealTests()
    {
        _store = ContentStore.Open(_directory["store"]);
        _digest = _store.Contents.Ingest("content"u8).Digest;
    }

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    private string Output => _directory["out", "file"];

    private string Path => _store.Contents.PathOf(_digest);

    [Fact]
    public void A_content_that_was_written_to_is_missing_and_the_link_keeps_what_was_written()
    {
        Link();
        Write("CONTENT");

        Assert.False(_store.Contents.Contains(_digest, 7));
        Assert.False(File.Exists(Path));
        Assert.Equal("CONTENT", File.ReadAllText(Output));

        _store.Contents.Ingest("content"u8);
        Assert.True(_store.Contents.Contains(_digest, 7));
        Assert.True(_store.Contents.Link(_digest, Output));
        Assert.Equal("content", File.ReadAllText(Output));
    }

    [Fact]
    public void Bytes_that_come_in_again_replace_those_that_were_written_to()
    {
        Link();
        Write("CONTENT");

        _store.Contents.Ingest("content"u8);

        Assert.Equal("content", File.ReadAllText(Path));
        Assert.Equal("CONTENT", File.ReadAllText(Output));
    }

    [Fact]
    public void A_content_that_was_written_to_is_not_linked_again_and_makes_its_layer_missing()
    {
        var layer = _store.Layers.Create([LayerEntry.File("f", _digest, 7)]);
        Link();
        Write("CONTENT");

        Assert.Null(_store.Layers.Find(layer.DiffId));
        Assert.Throws<StoreException>(() => _store.Contents.Link(_digest, _directory["out", "other"]));
    }

    [Fact]
    public void A_content_that_was_only_touched_stays()
    {
        Link();
        File.SetLastWriteTimeUtc(Output, DateTime.UtcNow.AddDays(-3));

        Assert.True(_store.Contents.Contains(_digest, 7));
        Assert.True(_store.Contents.Contains(_digest, 7));

        // The new time is known by now: what is written behind its back is what counts.
        File.WriteAllText(Output, "CONTENT");
        File.SetLastWriteTimeUtc(Output, DateTime.UtcNow.AddDays(-3).AddSeconds(1));
        Assert.False(_store.Contents.Contains(_digest, 7));
    }

    [Fact]
    public void A_renewed_link_is_as_new_as_the_clock_and_still_watched()
    {
        File.SetLastWriteTimeUtc(Path, DateTime.UtcNow.AddDays(-3));
        _store.Contents.Link(_digest, Output, renews: true);

        Assert.True(File.GetLastWriteTimeUtc(Output) > DateTime.UtcNow.AddDays(-1));
        Assert.Equal(File.GetLastWriteTimeUtc(Path), File.GetLastWriteTimeUtc(Output));
        Write("CONTENT");
        Assert.False(_store.Contents.Contains(_digest, 7));
    }

    [Fact]
    public void An_output_can_be_replaced_copied_over_and_deleted()
    {
        Link();
        var copy = _directory["copy"];
        File.Copy(Output, copy);
        File.Copy(Output, copy, overwrite: true);
        File.Delete(Output);

        Assert.Equal("content", File.ReadAllText(copy));
        Assert.False(File.GetAttributes(copy).HasFlag(FileAttributes.ReadOnly));
        Assert.True(_store.Contents.Contains(_digest, 7));
    }

    private void Link() => Assert.SkipUnless(_store.Contents.Link(_digest, Output), "The file system has no hard links.");

    // In place, and later by whatever the file system's clock can tell.
    private void Write(string text)
    {
        using (var file = new FileStream(Output, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(text));
        }

        File.SetLastWriteTimeUtc(Output, File.GetLastWriteTimeUtc(Output).AddSeconds(2));
    }
}
