using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Store;

public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private bool _isFull;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Whatever_is_written_to_a_full_disk_fails_with_a_hint_and_leaves_nothing()
    {
        using var store = Open();
        _isFull = true;

        foreach (var write in (Action[])
            [
                () => store.Contents.Ingest("content"u8),
                () => store.Blobs.Put(MediaTypes.ImageConfig, "{}"u8),
                () => store.Tags.Set(ImageReference.Parse("a:1"), new Descriptor(MediaTypes.ImageManifest, Digest.Of("x"u8), 1)),
                () => store.Cache.Put(Digest.Of("k"u8), "{}"u8),
                () => store.Layers.Create([]),
            ])
        {
            var error = Assert.Throws<StoreException>(write);
            Assert.Contains($"The disk of the store '{store.Root}' is full", error.Message, StringComparison.Ordinal);
            Assert.Contains("gguf-packer cache prune", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["lock"], Directory.EnumerateFiles(store.Root, "*", SearchOption.AllDirectories).Select(Path.GetFileName));
    }

    [Fact]
    public void Another_failure_keeps_its_own_words()
    {
        using var store = ContentStore.Open(_directory["store"], null, _ => throw new IOException("broken"));
        Assert.Equal("broken", Assert.Throws<IOException>(() => store.Contents.Ingest("content"u8)).Message);
    }

    private ContentStore Open() => ContentStore.Open(_directory["store"], null, _ =>
    {
        if (_isFull)
        {
            throw new IOException("No space left on device", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28);
        }
    });
}
