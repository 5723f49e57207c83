using System.Globalization;
using System.IO.Compression;
using System.Text;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Store;

/// <summary>What a stranger's tar may try. Headers are made by hand: no library writes such ones.</summary>
public sealed class HostileLayerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ContentStore _store;

    public HostileLayerTests() => _store = ContentStore.Open(_directory["store"]);

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    public static TheoryData<string, string> Tars => new()
    {
        { "../../etc/passwd|0|4", "climbs out" },
        { "a/../../b|0|4", "climbs out" },
        { "hard|1|0|link=../../etc/passwd", "climbs out" },
        { "|0|4", "without a name" },
        { "a|0|99999999", "claims 99999999 bytes; the layer has" },
        { "a|0|size=77777777777", "claims 8589934591 bytes" },
        { "a|0|size=80000000007fffffffffffff", "claims" },
        { "a|0|size=80010000000000000000ffff", "does not fit 64 bits" },
        { "a|0|size=ffffffffffffffffffffffff", "has the size -1" },
        { "a|0|size=12x", "the size of a header is '12x'" },
        { "a|0|size=80ff", "size of a header" },
        { "a|S|4", "sparse" },
        { "a|V|4", "type 0x56" },
        { "x|x|4|body=9 ab", "pax header is faulty" },
        { "x|x|13|body=99 path=abcd\n", "pax header is faulty" },
        { "x|x|13|body=-3 path=abcd\n", "pax header is faulty" },
        { "x|x|9|body=9 =abcd\n", "pax header is faulty" },
        { "x|x|12|body=12 size=-10\n", "size '-10'" },
        { "x|x|30|body=30 size=99999999999999999999\n\n", "pax" },
        { "x|x|22|body=22 GNU.sparse.major=1\n", "sparse" },
        { "x|x|99999999", "more than 1048576 are not read" },
        { "x|L|99999999", "more than 1048576 are not read" },
        { "x|g|12|body=12 path=abc\n", "global pax header" },
        { "x|x|13|body=13 path=abcd\n", "ends after an extension header" },
        { "checksum|0|0|broken", "checksum is wrong" },
    };

    [Theory]
    [MemberData(nameof(Tars))]
    public async Task Hostile_entry_is_refused(string entry, string message)
    {
        var tar = new MemoryStream();
        Append(tar, entry);
        tar.Write(new byte[1024]);
        await RefusedAsync(tar.ToArray(), message);
    }

    [Theory]
    [InlineData(100, "within a header")]
    [InlineData(512, "cut off")]
    [InlineData(600, "within 'a'")]
    public async Task Tar_that_is_cut_off_is_refused(int length, string message)
    {
        var tar = new MemoryStream();
        Append(tar, "a|0|600");
        await RefusedAsync(tar.ToArray()[..length], message, claimed: 5000);
    }

    [Fact]
    public async Task Absolute_paths_lie_in_the_image_and_links_are_never_followed()
    {
        var tar = new MemoryStream();
        Append(tar, "/etc/passwd|0|4");
        Append(tar, "out|2|0|link=/etc");
        Append(tar, "out/passwd|0|4");
        Append(tar, "device|3|0");
        tar.Write(new byte[1024]);
        var recipe = await ImportAsync(tar.ToArray());
        var files = LayerFiles.Flatten([recipe]);
        Assert.Equal(["device", "etc", "etc/passwd", "out", "out/passwd"], files.Keys);
        Assert.Equal(LayerEntryKind.Directory, files["out"].Kind);
        Assert.Equal(LayerEntryKind.Special, files["device"].Kind);
        Assert.DoesNotContain(Directory.EnumerateFiles(_directory.FullName, "passwd", SearchOption.AllDirectories), _ => true);
    }

    [Fact]
    public async Task Endless_trailing_bytes_are_refused() => await RefusedAsync(new byte[3 << 20], "after its end");

    [Fact]
    public async Task Decompression_bomb_is_refused()
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            var header = new MemoryStream();
            Append(header, "bomb|0|size=37777777777", withBody: false);
            gzip.Write(header.ToArray());
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 20; i++)
            {
                gzip.Write(zeros);
            }
        }

        // The limit of a real layer is the same with larger numbers.
        Assert.Equal((1L << 30) + 500, LayerDecompression.LimitFor(5));
        output.Position = 0;
        using var import = new LayerImport(_store.Contents, LayerDecompression.Open(output, LayerCompression.Gzip, 10 << 20), null);
        var exception = await Assert.ThrowsAsync<LayerException>(() => import.RunAsync(CancellationToken.None));
        Assert.Contains("decompression bomb", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory["store", "temp"]));
    }

    [Theory]
    [InlineData(LayerCompression.Gzip)]
    [InlineData(LayerCompression.Zstd)]
    public async Task Damaged_compressed_data_is_refused(LayerCompression compression)
    {
        var tar = new MemoryStream();
        Append(tar, "a|0|100000");
        var blob = LayerImportTests.Compress(tar.ToArray(), compression);
        await Assert.ThrowsAsync<LayerException>(() =>
            _store.Layers.ImportAsync(new MemoryStream(blob, 0, blob.Length / 2), compression, blob.Length, Digest.Of(tar.ToArray()), CancellationToken.None));
        await Assert.ThrowsAsync<LayerException>(
            () => _store.Layers.ImportAsync(new MemoryStream("no such data"u8.ToArray()), compression, blob.Length, default, CancellationToken.None));
    }

    [Fact]
    public async Task Hard_link_to_nothing_is_refused_when_files_are_asked_for()
    {
        var tar = new MemoryStream();
        Append(tar, "hard|1|0|link=missing");
        tar.Write(new byte[1024]);
        var recipe = await ImportAsync(tar.ToArray());
        Assert.Contains("'missing'", Assert.Throws<LayerException>(() => LayerFiles.Flatten([recipe])).Message, StringComparison.Ordinal);
    }

    private Task<LayerRecipe> ImportAsync(byte[] tar) =>
        _store.Layers.ImportAsync(new MemoryStream(tar), LayerCompression.None, tar.Length, default, CancellationToken.None);

    private async Task RefusedAsync(byte[] tar, string message, long? claimed = null)
    {
        var exception = await Assert.ThrowsAsync<LayerException>(() =>
            _store.Layers.ImportAsync(new MemoryStream(tar), LayerCompression.None, claimed ?? tar.Length, default, CancellationToken.None));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory["store", "temp"]));
        Assert.Empty(Directory.GetFiles(_directory["store", "layers", "sha256"]));
    }

    // NAME|TYPE|SIZE, where the size may be "size=" and the field's octal digits or, 24 of them, hexadecimal bytes; then "link=", "body=" or "broken".
    private static void Append(MemoryStream tar, string text, bool withBody = true)
    {
        var parts = text.Split('|');
        var header = new byte[512];
        Encoding.UTF8.GetBytes(parts[0], header);
        "0000644\0"u8.CopyTo(header.AsSpan(100));
        "0000000\0"u8.CopyTo(header.AsSpan(108));
        "0000000\0"u8.CopyTo(header.AsSpan(116));
        "00000000000\0"u8.CopyTo(header.AsSpan(136));
        header[156] = (byte)parts[1][0];
        var size = 0;
        if (parts[2].StartsWith("size=", StringComparison.Ordinal))
        {
            var field = parts[2][5..] is { Length: 24 } or ['8', '0', ..] ? Convert.FromHexString(parts[2][5..]) : Encoding.ASCII.GetBytes(parts[2][5..]);
            field.CopyTo(header, 124);
        }
        else
        {
            size = int.Parse(parts[2], CultureInfo.InvariantCulture);
            Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0')).CopyTo(header, 124);
        }

        var body = new byte[Math.Min(size, 1 << 20)];
        foreach (var option in parts.Skip(3))
        {
            var bytes = Encoding.UTF8.GetBytes(option[(option.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            if (option.StartsWith("link=", StringComparison.Ordinal))
            {
                bytes.CopyTo(header, 157);
            }
            else if (option.StartsWith("body=", StringComparison.Ordinal))
            {
                bytes.AsSpan(0, Math.Min(bytes.Length, body.Length)).CopyTo(body);
            }
        }

        "ustar\0"u8.CopyTo(header.AsSpan(257));
        "00"u8.CopyTo(header.AsSpan(263));
        header.AsSpan(148, 8).Fill((byte)' ');
        var sum = header.Sum(b => b) + (parts[^1] == "broken" ? 1 : 0);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        tar.Write(header);
        if (withBody && size < 1 << 20)
        {
            tar.Write(body);
            tar.Write(new byte[-size & 511]);
        }
    }
}
