using System.Formats.Tar;
using System.Text;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.RemoteImages;
using GGUFPacker.Oci.Tests.Registry;
using GGUFPacker.Testing.Registry;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.RemoteImages;

[ReadsGoldens]
public sealed class RemoteImageTests : RegistryTestBase
{
    private const int Size = 9_000_000;
    private static readonly byte[] Model = RegistryImage.Noise(Size);

    [Fact]
    public async Task Head_of_a_large_file_costs_a_few_small_requests()
    {
        using var registry = new LoopbackRegistry();
        using var file = await OpenAsync(registry, ModelImage(), "models/m.gguf");

        Assert.Equal(Size, file.Length);
        await AssertReadsAsync(file, 0, 1000);
        await AssertReadsAsync(file, 1000, 60_000);

        // Two for the headers before and after the file, and one for its head, which the reader has gone on in.
        var blobs = BlobRequests(registry);
        Assert.InRange(blobs.Length, 3, 4);
        Assert.All(blobs, request => Assert.Equal(RangedBlobStream.MinChunk, Math.Max(request.AnswerBytes, RangedBlobStream.MinChunk)));
    }

    [Fact]
    public async Task Any_place_can_be_read_and_reading_on_takes_larger_pieces()
    {
        using var registry = new LoopbackRegistry();
        using var file = await OpenAsync(registry, ModelImage(), "/models/m.gguf");
        await AssertReadsAsync(file, Size - 10, 10);
        await AssertReadsAsync(file, 5_000_000, 100);
        await AssertReadsAsync(file, 4_999_999, 3);
        var before = BlobRequests(registry).Length;

        await AssertReadsAsync(file, 0, Size);

        // 64 KiB, 128 KiB, … 4 MiB, 4 MiB.
        Assert.InRange(BlobRequests(registry).Length - before, 8, 9);
        file.Seek(0, SeekOrigin.End);
        Assert.Equal(0, await file.ReadAsync(new byte[1], Token));
        file.Seek(-1, SeekOrigin.End);
        Assert.Equal(Model[^1], file.ReadByte());
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "gzip")]
    [InlineData(false, "gzip")]
    public async Task Layers_that_cannot_be_read_in_ranges_are_read_from_their_start(bool hasRanges, string compression)
    {
        using var registry = new LoopbackRegistry { HasRanges = hasRanges };
        using var file = await OpenAsync(registry, ModelImage(compression), "models/m.gguf");

        await AssertReadsAsync(file, 0, 1000);
        await AssertReadsAsync(file, 3_000_000, 1000);
        await AssertReadsAsync(file, 500, 1000);
    }

    [Fact]
    public async Task Presigned_addresses_work_once_and_are_asked_for_anew()
    {
        using var registry = new LoopbackRegistry { RedirectsBlobs = true, Access = RegistryAccess.Token };
        using var file = await OpenAsync(registry, ModelImage(), "models/m.gguf", NewClient(new(registry.Login.User, registry.Login.Password)));

        await AssertReadsAsync(file, 0, 200_000);
        await AssertReadsAsync(file, 7_000_000, 200_000);
    }

    [Fact]
    public async Task Broken_connection_goes_on_where_it_broke()
    {
        using var registry = new LoopbackRegistry();
        using var file = await OpenAsync(registry, ModelImage(), "models/m.gguf");
        registry.Add(new RegistryFault("GET", "/blobs/") { BreakAfter = 1000 });

        await AssertReadsAsync(file, 2_000_000, 50_000);

        var last = BlobRequests(registry)[^2..];
        Assert.Equal(1000, RangeStart(last[1]) - RangeStart(last[0]));
    }

    [Fact]
    public async Task Upper_layers_hide_replace_and_link()
    {
        using var registry = new LoopbackRegistry();
        var image = new RegistryImage()
            .Layer(tar =>
            {
                tar.WriteEntry(RegistryImage.Directory("usr/lib"));
                tar.WriteEntry(RegistryImage.File("usr/lib/a.txt", "a"));
                tar.WriteEntry(RegistryImage.Link("lib", "usr/lib"));
                tar.WriteEntry(RegistryImage.Link("usr/lib/absolute", "/lib/./a.txt"));
                tar.WriteEntry(RegistryImage.Link("usr/lib/up", "../../../lib/../lib/a.txt"));
                tar.WriteEntry(RegistryImage.HardLink("hard", "usr/lib/a.txt"));
                tar.WriteEntry(RegistryImage.File("gone", "gone"));
                tar.WriteEntry(RegistryImage.File("old/x", "old"));
                tar.WriteEntry(RegistryImage.File("opaque/x", "old"));
                tar.WriteEntry(RegistryImage.File("replaced", "old"));
                tar.WriteEntry(RegistryImage.Link("dangling", "nowhere"));
                tar.WriteEntry(RegistryImage.Link("round", "lib/round"));
                tar.WriteEntry(RegistryImage.Link("usr/lib/round", "/round"));
            })
            .Layer(tar =>
            {
                tar.WriteEntry(RegistryImage.File(".wh.gone", ""));
                tar.WriteEntry(RegistryImage.File("old", "a file now"));
                tar.WriteEntry(RegistryImage.File("opaque/.wh..wh..opq", ""));
                tar.WriteEntry(RegistryImage.File("opaque/y", "new"));
                tar.WriteEntry(RegistryImage.File("replaced", "new"));
                tar.WriteEntry(RegistryImage.File("empty", ""));
            });
        image.AddTo(registry.Content, "team/model", "Q4_K_M");
        var remote = await RemoteImage.OpenAsync(Client, Reference(registry), new("linux", "amd64"), Token);

        Assert.All(["usr/lib/a.txt", "lib/a.txt", "usr/lib/absolute", "lib/up", "hard"], path => Assert.Equal("a", Text(path).Result));
        Assert.All(["replaced", "opaque/y"], path => Assert.Equal("new", Text(path).Result));
        Assert.Equal("", await Text("empty"));
        Assert.All(["gone", "old/x", "opaque/x", "dangling", "lib", "usr/lib", "nothing", "hard/x"], path => Assert.Null(Text(path).Result));
        var error = await Assert.ThrowsAsync<LayerException>(() => Text("round"));
        Assert.Contains("in circles", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LayerException>(() => Text("../etc/passwd"));

        async Task<string?> Text(string path)
        {
            using var file = await remote.Files.OpenAsync(path, Token);
            return file is null ? null : await new StreamReader(file, Encoding.UTF8).ReadToEndAsync(Token);
        }
    }

    [Fact]
    public async Task Layer_of_many_files_is_not_asked_for_file_by_file()
    {
        using var registry = new LoopbackRegistry();
        var image = new RegistryImage().Layer(tar =>
        {
            for (var i = 0; i < 2000; i++)
            {
                tar.WriteEntry(RegistryImage.File($"f{i}", RegistryImage.Noise(5000, i)));
            }
        });

        using var file = await OpenAsync(registry, image, "f1999");

        Assert.Equal(5000, file.Length);
        Assert.InRange(BlobRequests(registry).Length, 5, 12);
    }

    [Theory]
    [InlineData("../../etc/passwd", "climbs out")]
    [InlineData("a/../../b", "climbs out")]
    public async Task Path_that_climbs_out_is_refused(string path, string message)
    {
        using var registry = new LoopbackRegistry();
        var image = new RegistryImage().Layer(tar => tar.WriteEntry(RegistryImage.File(path, "x")));
        var error = await Assert.ThrowsAsync<LayerException>(() => OpenAsync(registry, image, "b"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_tar_are_refused()
    {
        using var registry = new LoopbackRegistry();
        await Assert.ThrowsAsync<LayerException>(() => OpenAsync(registry, new RegistryImage().Layer(RegistryImage.Noise(100_000)), "b"));
        await Assert.ThrowsAsync<LayerException>(() => OpenAsync(registry, new RegistryImage().Layer(Tar()[..700]), "b"));
        await Assert.ThrowsAsync<LayerException>(() => OpenAsync(registry, new RegistryImage().Layer(Tar()[..100]), "b"));

        static byte[] Tar()
        {
            var tar = new MemoryStream();
            using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream(new byte[1000]) });
            }

            return tar.ToArray();
        }
    }

    [Fact]
    public async Task Blob_of_another_size_than_the_manifest_says_is_refused()
    {
        using var registry = new LoopbackRegistry();
        var image = ModelImage();
        image.AddTo(registry.Content, "team/model", null);
        var manifest = Encoding.UTF8.GetString(registry.Content.Manifest("team/model", image.AddTo(registry.Content, "team/model", null))!.Value.Bytes);
        var size = registry.Content.Blob(image.Layers[0])!.Length;
        registry.Content.AddManifest(
            "team/model", "Q4_K_M", Encoding.UTF8.GetBytes(manifest.Replace($"\"size\":{size}", $"\"size\":{size - 512}", StringComparison.Ordinal)), MediaTypes.ImageManifest);

        var remote = await RemoteImage.OpenAsync(Client, Reference(registry), new("linux", "amd64"), Token);

        var error = await Assert.ThrowsAsync<RegistryException>(() => remote.Files.OpenAsync("models/m.gguf", Token));
        Assert.Contains("the manifest says", error.Message, StringComparison.Ordinal);
    }

    private static RegistryImage ModelImage(string compression = "") => new RegistryImage()
        .Layer(
            tar =>
            {
                tar.WriteEntry(RegistryImage.Directory("models"));
                tar.WriteEntry(RegistryImage.File("models/m.gguf", Model));
                tar.WriteEntry(RegistryImage.File("models/readme", "read me"));
            },
            compression)
        .Layer(tar => tar.WriteEntry(RegistryImage.File("system.txt", "Be brief.")), compression);

    private async Task<Stream> OpenAsync(LoopbackRegistry registry, RegistryImage image, string path, RegistryClient? client = null)
    {
        image.AddTo(registry.Content, "team/model", "Q4_K_M");
        var remote = await RemoteImage.OpenAsync(client ?? Client, Reference(registry), new("linux", "amd64"), Token);
        var file = await remote.Files.OpenAsync(path, Token);
        Assert.NotNull(file);
        return file;
    }

    private static async Task AssertReadsAsync(Stream file, int offset, int count)
    {
        var bytes = new byte[count];
        file.Position = offset;
        await file.ReadExactlyAsync(bytes, Token);
        Assert.True(Model.AsSpan(offset, count).SequenceEqual(bytes));
    }

    // Of layers: the config is small and comes first.
    private static LoopbackRequest[] BlobRequests(LoopbackRegistry registry) =>
        [.. registry.Requests.Where(request => request.Method == "GET" && request.Path.Contains("/blobs/", StringComparison.Ordinal) && request.Header("Range") is not null
            && registry.Content.Blob(request.Path[(request.Path.LastIndexOf('/') + 1)..])!.Length > 100_000)];

    private static long RangeStart(LoopbackRequest request) => long.Parse(request.Header("Range")!["bytes=".Length..].Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);
}
