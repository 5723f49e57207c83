using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;
using ZstdSharp;

namespace GGUFPacker.Oci.Tests.Store;

[ReadsGoldens("packer/e2e")]
public sealed class LayerImportTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ContentStore _store;

    public LayerImportTests() => _store = ContentStore.Open(_directory["store"]);

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    public static TheoryData<string> RecordedLayers(string exporter)
    {
        var root = Goldens.Path("packer", "e2e");
        return Directory.Exists(root)
            ? [.. Directory.EnumerateFiles(root, "layers.json", SearchOption.AllDirectories).Where(f => f.Split(Path.DirectorySeparatorChar).Contains(exporter)).Order(StringComparer.Ordinal)]
            : [];
    }

    [Theory]
    [GoldenData(nameof(RecordedLayers), "buildkit")]
    [GoldenData(nameof(RecordedLayers), "docker")]
    public async Task Recorded_layer_can_be_read_again_byte_for_byte(string path)
    {
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(path));
        foreach (var layer in json.RootElement.EnumerateArray())
        {
            var (blob, compression) = Blob(layer);
            var diffId = Digest.Parse(layer.GetProperty("diffID").GetString()!);
            var recipe = await _store.Layers.ImportAsync(new MemoryStream(blob), compression, blob.Length, diffId, CancellationToken.None);
            Assert.Equal(layer.GetProperty("uncompressedSize").GetInt64(), recipe.Size);
            Assert.Equal(layer.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("name").GetString()), recipe.Entries.Select(e => e.Path));
            using var tar = _store.Layers.OpenRead(_store.Layers.Get(diffId));
            Assert.Equal(diffId, Digest.FromHash(await System.Security.Cryptography.SHA256.HashDataAsync(tar)));
        }
    }

    [Theory]
    [GoldenData(nameof(RecordedLayers), "buildkit")]
    public async Task Own_layer_of_the_same_entries_is_the_one_that_BuildKit_makes(string path)
    {
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(path));
        foreach (var layer in json.RootElement.EnumerateArray())
        {
            var (blob, compression) = Blob(layer);
            var recipe = await _store.Layers.ImportAsync(new MemoryStream(blob), compression, blob.Length, default, CancellationToken.None);
            Assert.Equal(recipe.DiffId, _store.Layers.Create(recipe.Entries.Reverse()).DiffId);
        }
    }

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.V7)]
    public async Task Tar_of_each_format_is_taken_in(TarEntryFormat format)
    {
        var big = new byte[(3 << 20) + 5];
        new Random(3).NextBytes(big);
        var longName = format is TarEntryFormat.V7 ? "long.txt" : $"{new string('d', 90)}/{new string('f', 60)}";
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, format, leaveOpen: true))
        {
            writer.WriteEntry(Entry(format, TarEntryType.Directory, "./app"));
            writer.WriteEntry(Entry(format, format is TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile, "./app/big.bin", big));
            writer.WriteEntry(
                Entry(format, format is TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile, longName, "small"u8.ToArray()));
            writer.WriteEntry(Entry(format, format is TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile, "empty"));
            writer.WriteEntry(Entry(format, TarEntryType.SymbolicLink, "link", link: "/etc/passwd"));
            writer.WriteEntry(Entry(format, TarEntryType.HardLink, "hard", link: "app/big.bin"));
        }

        tar.Write(new byte[10240]);
        foreach (var compression in Enum.GetValues<LayerCompression>())
        {
            var blob = Compress(tar.ToArray(), compression);
            var recipe = await _store.Layers.ImportAsync(new MemoryStream(blob), compression, blob.Length, Digest.Of(tar.ToArray()), CancellationToken.None);
            Assert.Equal(["app", "app/big.bin", longName, "empty", "link", "hard"], recipe.Entries.Select(e => e.Path));
            Assert.Equal(Digest.Of(big), recipe.Entries[1].Content);
            Assert.Equal(5, recipe.Entries[2].Size);
            Assert.Equal((LayerEntryKind.SymbolicLink, "/etc/passwd"), (recipe.Entries[4].Kind, recipe.Entries[4].LinkTarget));
            Assert.Equal(0b110_100_000, recipe.Entries[1].Mode);
            Assert.Equal(1234567890, recipe.Entries[1].Modified);
            using var again = _store.Layers.OpenRead(recipe);
            var copy = new MemoryStream();
            await again.CopyToAsync(copy);
            Assert.Equal(tar.ToArray(), copy.ToArray());
        }
    }

    [Fact]
    public async Task Pax_sizes_beyond_8_GiB_are_written_and_understood()
    {
        // Only the header is made and read: 9 GiB of content would say nothing more.
        var layout = LayerLayout.Of([new LayerEntry("ä/model.gguf", LayerEntryKind.File) { Size = 9L << 30 }]);
        var header = layout.Parts[0].Inline.ToArray();
        await using var reader = new TarReader(new MemoryStream(header));
        Assert.Equal("ä/", (await reader.GetNextEntryAsync())!.Name);
        var exception = await Assert.ThrowsAsync<LayerException>(
            () => _store.Layers.ImportAsync(new MemoryStream(header), LayerCompression.None, header.Length, default, CancellationToken.None));
        Assert.Equal($"The entry 'ä/model.gguf' claims {9L << 30} bytes; the layer has 0 left.", exception.Message);
        Assert.Equal(layout.Size, header.Length + (9L << 30) + 1024);
    }

    [Fact]
    public async Task Other_digest_than_the_expected_is_refused()
    {
        var tar = new byte[1024];
        var exception = await Assert.ThrowsAsync<LayerException>(
            () => _store.Layers.ImportAsync(new MemoryStream(tar), LayerCompression.None, tar.Length, Digest.Of("x"u8), CancellationToken.None));
        Assert.Contains(Digest.Of(tar).ToString(), exception.Message, StringComparison.Ordinal);
        Assert.Null(_store.Layers.Find(Digest.Of(tar)));
    }

    internal static byte[] Compress(byte[] tar, LayerCompression compression)
    {
        var output = new MemoryStream();
        using (Stream compressor = compression switch
        {
            LayerCompression.Gzip => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true),
            LayerCompression.Zstd => new CompressionStream(output, leaveOpen: true),
            _ => new BufferedStream(output),
        })
        {
            compressor.Write(tar);
            compressor.Flush();
            if (compression == LayerCompression.None)
            {
                return output.ToArray();
            }
        }

        return output.ToArray();
    }

    private static TarEntry Entry(TarEntryFormat format, TarEntryType type, string name, byte[]? content = null, string? link = null)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            TarEntryFormat.Pax => new PaxTarEntry(type, name),
            TarEntryFormat.Gnu => new GnuTarEntry(type, name),
            _ => new V7TarEntry(type, name),
        };
        entry.Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        entry.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(1234567890);
        if (content is not null)
        {
            entry.DataStream = new MemoryStream(content);
        }

        if (link is not null)
        {
            entry.LinkName = link;
        }

        return entry;
    }

    private static (byte[] Blob, LayerCompression Compression) Blob(JsonElement layer)
    {
        var digest = Digest.Parse(layer.GetProperty("digest").GetString()!);
        return (File.ReadAllBytes(Goldens.Path("packer", "e2e", "registry", "blobs", "sha256", digest.Hex)), MediaTypes.CompressionOf(layer.GetProperty("mediaType").GetString()!)!.Value);
    }
}
