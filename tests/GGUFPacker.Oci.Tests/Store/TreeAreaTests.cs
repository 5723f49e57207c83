using System.Text.Json;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Store;

public sealed class TreeAreaTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Root => _directory["store"];

    [Fact]
    public void An_image_becomes_a_directory_with_links_followed()
    {
        using var store = ContentStore.Open(Root);
        var image = Image(
            store,
            new LayerEntry("app", LayerEntryKind.Directory),
            File(store, "app/m.gguf", "model"u8),
            new LayerEntry("app/empty", LayerEntryKind.File),
            new LayerEntry("link", LayerEntryKind.SymbolicLink) { LinkTarget = "app/../app/again" },
            new LayerEntry("app/again", LayerEntryKind.SymbolicLink) { LinkTarget = "/app/m.gguf" },
            new LayerEntry("loop", LayerEntryKind.SymbolicLink) { LinkTarget = "loop" },
            new LayerEntry("outside", LayerEntryKind.SymbolicLink) { LinkTarget = "../../../etc/passwd" },
            new LayerEntry("directory", LayerEntryKind.SymbolicLink) { LinkTarget = "app" });

        var tree = store.Trees.Place(image, TestContext.Current.CancellationToken);

        Assert.Equal(store.Trees.PathOf(image.Digest), tree);
        Assert.Equal(
            ["app/again", "app/empty", "app/m.gguf", "link"],
            Directory.EnumerateFiles(tree, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(tree, path).Replace('\\', '/')).Order(StringComparer.Ordinal));
        Assert.Equal("model", System.IO.File.ReadAllText(Path.Combine(tree, "link")));
        Assert.Equal("", System.IO.File.ReadAllText(Path.Combine(tree, "app", "empty")));
    }

    [Fact]
    public void What_is_missing_is_put_back_and_the_rest_stays()
    {
        using var store = ContentStore.Open(Root);
        var image = Image(store, File(store, "a", "first"u8), File(store, "b", "second"u8));
        var tree = store.Trees.Place(image, TestContext.Current.CancellationToken);
        System.IO.File.Delete(Path.Combine(tree, "a"));
        System.IO.File.Delete(Path.Combine(tree, "b"));
        System.IO.File.WriteAllText(Path.Combine(tree, "b"), "cut");

        store.Trees.Place(image, TestContext.Current.CancellationToken);

        Assert.Equal("first", System.IO.File.ReadAllText(Path.Combine(tree, "a")));
        Assert.Equal("second", System.IO.File.ReadAllText(Path.Combine(tree, "b")));
    }

    [Fact]
    public void A_tree_goes_with_the_last_name_of_its_image()
    {
        string kept, lost;
        using (var store = ContentStore.Open(Root))
        {
            var (named, nameless) = (Image(store, File(store, "a", "1"u8)), Image(store, File(store, "a", "2"u8)));
            store.Tags.Set(ImageReference.Parse("x"), new Descriptor(named.MediaType, named.Digest, named.Bytes.Length));
            kept = store.Trees.Place(named, TestContext.Current.CancellationToken);
            lost = store.Trees.Place(nameless, TestContext.Current.CancellationToken);
        }

        StorePrune.Run(Root, null);

        Assert.True(System.IO.File.Exists(Path.Combine(kept, "a")));
        Assert.False(Directory.Exists(lost));
    }

    private static LayerEntry File(ContentStore store, string path, ReadOnlySpan<byte> bytes) => LayerEntry.File(path, store.Contents.Ingest(bytes).Digest, bytes.Length);

    private static ImageContent Image(ContentStore store, params LayerEntry[] entries)
    {
        var layer = store.Layers.Create(entries);
        using var config = JsonDocument.Parse("{}");
        var image = new ImageConfig { Config = config.RootElement, DiffIds = [layer.DiffId] };
        var manifest = new ImageManifest { Config = store.Blobs.Put(MediaTypes.ImageConfig, image.ToBytes()), Layers = [layer.ToDescriptor()] };
        return new ImageContent(store, store.Blobs.Put(MediaTypes.ImageManifest, manifest.ToBytes()).Digest);
    }

    [Fact]
    public void Names_that_differ_in_case_alone_are_found()
    {
        Assert.Null(TreeArea.FindSameName(["a", "a/b", "ab"]));
        Assert.Equal(("dir/Model.gguf", "dir/model.gguf"), TreeArea.FindSameName(["dir", "dir/Model.gguf", "dir/model.gguf"]));
    }
}
