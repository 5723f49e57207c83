using System.Diagnostics;
using System.Text;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Tests.Sources;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>Archives that ADD unpacks. What Docker and BuildKit make of them is the measure, but that links become what they lead to.</summary>
[ReadsGoldens]
public sealed class UnpackTests : IDisposable
{
    private static readonly ArchiveFile Small = new ArchiveFile()
        .Directory("./").Directory("./d/", (UnixFileMode)0b111_000_000).File("./d/a.txt", "A", (UnixFileMode)0b110_000_000, owner: 7).File("b.txt", "B");

    private readonly BuildHarness _build = new();

    public void Dispose() => _build.Dispose();

    [Theory]
    [InlineData("tar")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task An_archive_of_the_context_is_told_by_its_bytes_and_unpacked(string compression)
    {
        _build.Context.Write("packed", compression switch { "tar" => Small.ToBytes(), "gzip" => Small.ToGzip(), _ => Pipe("zstd", Small.ToBytes(), "-q", "-c") });

        var image = await ImageAsync("FROM scratch\nADD packed /to\n");

        Assert.Equal(["755 0:0 to/", "644 0:0 to/b.txt", "700 0:0 to/d/", "600 7:7 to/d/a.txt"], Assert.Single(_build.Layers(image)));
        Assert.Equal(["/to/b.txt", "/to/d/a.txt"], image.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.Equal("A", BuildHarness.Text(image, "/to/d/a.txt"));
    }

    [Fact]
    public async Task What_is_no_archive_or_is_not_to_be_unpacked_stays_as_it_is()
    {
        _build.Context.Write("a.tar.gz", Small.ToGzip());
        _build.Context.Write("text.gz", ArchiveFile.Gzip([.. Enumerable.Repeat((byte)'x', 5000)]));
        _build.Context.Write("short.tar", "no tar");
        _build.Context.Write("none.tar", new byte[10240]);
        _build.Context.Write("dir/inner.tar.gz", Small.ToGzip());

        Assert.Equal(
            ["/a.tar.gz", "/c/a.tar.gz", "/inner.tar.gz", "/none.tar", "/short.tar", "/text.gz"],
            (await _build.FilesAsync("FROM scratch\nADD --unpack=false a.tar.gz /\nCOPY a.tar.gz /c/\nADD text.gz short.tar none.tar dir /\n")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Files_and_archives_of_one_instruction_make_one_layer()
    {
        using var server = new LoopbackServer(request => LoopbackResponse.Ranged(request, "R"u8.ToArray()));
        _build.Context.Write("a.tar", Small.ToBytes());
        _build.Context.Write("c.txt", "C");
        _build.Context.Write("tree/e", "E");

        var image = await ImageAsync($"FROM scratch\nADD --chown=5:6 a.tar c.txt tree http://{server.Host}/r.txt /to/\n");

        // The owner reaches into the archive, as with BuildKit.
        Assert.Equal(
            ["755 5:6 to/", "644 5:6 to/b.txt", "644 5:6 to/c.txt", "700 5:6 to/d/", "600 5:6 to/d/a.txt", "644 5:6 to/e", "600 5:6 to/r.txt"],
            Assert.Single(_build.Layers(image)));
    }

    [Fact]
    public async Task Mode_and_exclusion_do_not_reach_into_an_archive_and_a_note_says_so()
    {
        _build.Context.Write("a.tar", Small.ToBytes());

        var result = await _build.BuildAsync("FROM scratch\nADD --chmod=777 --exclude=b.txt a.tar /\n");

        Assert.Equal(["644 0:0 b.txt", "700 0:0 d/", "600 7:7 d/a.txt"], Assert.Single(_build.Layers(Assert.Single(result.Images))));
        Assert.Contains(result.Diagnostics, note => note.Message == "'a.tar' is unpacked: --chmod and --exclude do not reach into an archive.");
    }

    [Fact]
    public async Task An_archive_from_elsewhere_is_unpacked_only_if_asked_and_its_bytes_are_taken_apart_once()
    {
        using var server = new LoopbackServer(request =>
        {
            var response = LoopbackResponse.Ranged(request, Small.ToGzip());
            response.Headers["ETag"] = "\"1\"";
            return response;
        });
        using var build = new SourceHarness();

        Assert.Equal(["/a.tgz"], Paths(await build.ImageAsync($"FROM scratch\nADD http://{server.Host}/a.tgz /\n")));
        Assert.Equal(["/b.txt", "/d/a.txt"], Paths(await build.ImageAsync($"FROM scratch\nADD --unpack http://{server.Host}/a.tgz /\n")));
        var image = await build.ImageAsync($"FROM scratch\nADD --unpack=true http://{server.Host}/a.tgz /x\n");
        Assert.Equal(["/x/b.txt", "/x/d/a.txt"], Paths(image));
        Assert.Equal(1, server.Requests.Count(request => request.Method == "GET"));
    }

    [Fact]
    public async Task Links_become_what_they_lead_to()
    {
        _build.Context.Write("base", "BASE");
        _build.Context.Write("a.tar", new ArchiveFile()
            .File("bin/tool", "T").File("lib/v1/x", "X").File("lib/v1/y", "Y")
            .HardLink("bin/same", "bin/tool").Link("sh", "bin/tool").Link("root", "/to/bin/tool").Link("lib/current", "v1").Link("chain", "lib/current/x")
            .Link("below", "/base").Link("nowhere", "missing").Pipe("pipe").ToBytes());

        var result = await _build.BuildAsync("FROM scratch\nCOPY base /base\nADD a.tar /to\n");

        var image = Assert.Single(result.Images);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["/base"] = "BASE",
                ["/to/below"] = "BASE",
                ["/to/bin/same"] = "T",
                ["/to/bin/tool"] = "T",
                ["/to/chain"] = "X",
                ["/to/lib/current/x"] = "X",
                ["/to/lib/current/y"] = "Y",
                ["/to/lib/v1/x"] = "X",
                ["/to/lib/v1/y"] = "Y",
                ["/to/root"] = "T",
                ["/to/sh"] = "T",
            }.OrderBy(pair => pair.Key, StringComparer.Ordinal),
            image.Files.Select(file => KeyValuePair.Create(file.Path, BuildHarness.Text(image, file.Path))).OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal(
            ["'a.tar' holds 1 devices or pipes, which are left out.", "The symbolic link 'to/nowhere' to 'missing' of 'a.tar' is left out: there is nothing where it leads to."],
            result.Diagnostics.Select(diagnostic => diagnostic.Message).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("traversal", "climbs out of the image with '..'")]
    [InlineData("deep traversal", "climbs out of the image with '..'")]
    [InlineData("link out", "which leads out of the archive")]
    [InlineData("loop", "which leads in a circle")]
    [InlineData("directory in itself", "which leads to a directory that contains it")]
    [InlineData("hard link out", "climbs out of the image with '..'")]
    [InlineData("hard link to nothing", "which is no file")]
    [InlineData("whiteout", "a name that begins with '.wh.' hides a file")]
    [InlineData("cut off", "claims 2000 bytes; the layer has")]
    [InlineData("cut off gzip", "The layer is cut off within 'b.txt'")]
    [InlineData("bad checksum", "a header's checksum is wrong")]
    [InlineData("claims too much", "claims 9999 bytes")]
    [InlineData("link bomb", "makes more than 100000 paths")]
    public async Task A_hostile_archive_is_refused(string kind, string says)
    {
        _build.Context.Write("a.tar", Hostile(kind));
        var error = await _build.FailAsync("FROM scratch\nADD a.tar /to/\n");
        Assert.StartsWith("2 GGUF0206 'a.tar' ", error, StringComparison.Ordinal);
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bomb_is_defused()
    {
        // 80 times 16 MiB of zeros, each 16 KiB.
        var head = new byte[512];
        new V7Header("zeros", 80L << 24).Write(head);
        var zeros = ArchiveFile.Gzip(new byte[16 << 20], System.IO.Compression.CompressionLevel.SmallestSize);
        using var packed = new MemoryStream();
        packed.Write(ArchiveFile.Gzip(head));
        for (var i = 0; i < 80; i++)
        {
            packed.Write(zeros);
        }

        _build.Context.Write("a.tgz", packed.ToArray());
        Assert.Contains("it looks like a decompression bomb", await _build.FailAsync("FROM scratch\nADD a.tgz /\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xz", "a.tar.xz")]
    [InlineData("bzip2", "a.tbz2")]
    public async Task A_compression_that_is_not_read_is_named(string program, string name)
    {
        _build.Context.Write(name, Pipe(program, Small.ToBytes(), "-q", "-c"));
        Assert.Equal(
            $"2 GGUF0206 '{name}' is compressed with {program}, which is not read here: compress it with gzip or zstd, or add it as it is with --unpack=false.",
            await _build.FailAsync($"FROM scratch\nADD {name} /\n"));
        Assert.Equal(["/" + name], await _build.FilesAsync($"FROM scratch\nADD --unpack=false {name} /\n"));
    }

    [Fact]
    public async Task A_name_that_hides_files_in_images_is_refused_from_a_context_too()
    {
        _build.Context.Write("dir/.wh.x", "");
        Assert.Contains("'/to/.wh.x' cannot be in an image", await _build.FailAsync("FROM scratch\nCOPY dir /to/\n"), StringComparison.Ordinal);
    }

    private static byte[] Hostile(string kind) => kind switch
    {
        "traversal" => new ArchiveFile().File("../b.txt", "").ToBytes(),
        "deep traversal" => new ArchiveFile().File("a/../../b.txt", "").ToBytes(),
        "link out" => new ArchiveFile().Link("d/out", "../../etc/passwd").ToBytes(),
        "loop" => new ArchiveFile().Link("a", "b").Link("b", "a").ToBytes(),
        "directory in itself" => new ArchiveFile().File("d/f", "").Link("d/again", ".").ToBytes(),
        "hard link out" => new ArchiveFile().HardLink("h", "../../etc/passwd").ToBytes(),
        "hard link to nothing" => new ArchiveFile().HardLink("h", "gone").ToBytes(),
        "whiteout" => new ArchiveFile().File("d/.wh.x", "").ToBytes(),
        "cut off" => new ArchiveFile().File("a.txt", "A").File("b.txt", new string('b', 2000)).ToBytes()[..^2500],
        "cut off gzip" => ArchiveFile.Gzip(new ArchiveFile().File("a.txt", "A").File("b.txt", new string('b', 2000)).ToBytes()[..^2500]),
        "bad checksum" => Change(new ArchiveFile().File("a.txt", "A").File("b.txt", "B").ToBytes(), bytes => bytes.AsSpan().LastIndexOf("b.txt"u8)),
        "claims too much" => ClaimsTooMuch(),
        "link bomb" => Bomb(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static byte[] Change(byte[] bytes, Func<byte[], int> where)
    {
        bytes[where(bytes)] ^= 0x40;
        return bytes;
    }

    private static byte[] ClaimsTooMuch()
    {
        var tar = new byte[1024];
        new V7Header("b.txt", 9999).Write(tar);
        return tar;
    }

    // Each directory has two links to the next: 2 to the 20th paths.
    private static byte[] Bomb()
    {
        var archive = new ArchiveFile().File("d20/f", "");
        for (var i = 0; i < 20; i++)
        {
            archive.Link($"d{i}/a", $"../d{i + 1}").Link($"d{i}/b", $"../d{i + 1}");
        }

        return archive.ToBytes();
    }

    private static byte[] Pipe(string program, byte[] input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Programs.Require(program), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return output.ToArray();
    }

    private static string[] Paths(BuiltImage image) => [.. image.Files.Select(file => file.Path).Order(StringComparer.Ordinal)];

    private async Task<BuiltImage> ImageAsync(string packerfile) => Assert.Single((await _build.BuildAsync(packerfile)).Images);

    // The old format, by hand: it says what it is told to.
    private sealed record V7Header(string Name, long Size)
    {
        public void Write(Span<byte> block)
        {
            Encoding.ASCII.GetBytes(Name).CopyTo(block);
            Encoding.ASCII.GetBytes(Convert.ToString(Size, 8).PadLeft(11, '0')).CopyTo(block[124..]);
            var sum = 8 * ' ';
            for (var i = 0; i < 512; i++)
            {
                sum += block[i];
            }

            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0')).CopyTo(block[148..]);
        }
    }
}
