using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing.Registry;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>FROM and --from with images that stay in their registry, by counting what is asked of it.</summary>
[ReadsGoldens]
public sealed class RemoteBaseTests : IDisposable
{
    // One layer with the model, one with a large file and small ones, one with a text.
    private const string Base = "FROM scratch\nCOPY m.gguf /models/\nCOPY extra /extra\nCOPY a.txt /\nLABEL team=one\nCMD [\"-m\", \"models/m.gguf\", \"-c\", \"8\"]\n";

    private readonly BuildHarness _build = new() { Registries = NewClient() };
    private readonly BuildHarness _other = new();

    public RemoteBaseTests()
    {
        _other.AddModel("m.gguf");
        _other.Context.Write("extra/large.bin", RegistryImage.Noise(2_000_000));
        _other.Context.Write("extra/small.bin", RegistryImage.Noise(300_000, seed: 2));
        _other.Context.Write("extra/tiny.txt", "tiny");
        _other.Context.Write("a.txt", "a");
    }

    public void Dispose()
    {
        _build.Dispose();
        _other.Dispose();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("listed")]
    [InlineData("plain")]
    [InlineData("gzip")]
    public async Task A_changed_command_moves_no_layer(string form)
    {
        using var registry = await PublishAsync(form);

        var image = (await _build.BuildAsync($"FROM {registry.Host}/team/base:1\nCMD [\"-m\", \"models/m.gguf\", \"-c\", \"16\"]\n")).Images[0];
        await new ImagePush(_build.Registries!, _build.Store).RunAsync(
            new PushRequest(image.Manifest, ImageReference.Parse($"{registry.Host}/mine/child:1")), null, Token);

        // The base's config is fetched, the new one is sent; manifests aside, nothing else goes over the wire.
        Assert.Equal(registry.Content.Blob(BaseManifest(registry).Config.Digest.ToString())!.Length, BlobBytes(registry));
        Assert.Equal(image.Config.Size + registry.Content.Manifest("mine/child", "1")!.Value.Bytes.Length, registry.Requests.Sum(request => request.BodyBytes));
        Assert.Equal(3, registry.Requests.Count(request => request.Method == "POST" && request.Query.GetValueOrDefault("from") == "team/base"));
        Assert.Equal(3, ImageManifest.Parse(registry.Content.Manifest("mine/child", "1")!.Value.Bytes).Layers.Length);
        var config = _build.Config(image);
        Assert.Equal("llama", config.Model!.Architecture);
        Assert.Equal(["-m", "models/m.gguf", "-c", "16"], config.Command.Arguments);
        Assert.Equal("one", config.Labels["team"]);
        Assert.Equal($"{registry.Host}/team/base:1@{registry.Content.Manifest("team/base", "1")!.Value.Digest}", config.Labels["org.opencontainers.image.base.name"]);
    }

    [Fact]
    public async Task Another_registry_gets_the_layers_and_nothing_is_kept()
    {
        using var registry = await PublishAsync("gzip");
        using var destination = new LoopbackRegistry();
        var image = (await _build.BuildAsync($"FROM {registry.Host}/team/base:1\nLABEL more=yes\n")).Images[0];

        await new ImagePush(_build.Registries!, _build.Store).RunAsync(
            new PushRequest(image.Manifest, ImageReference.Parse($"{destination.Host}/mine/child:1")), null, Token);

        Assert.NotNull(destination.Content.Manifest("mine/child", "1"));
        Assert.Empty(Directory.GetFiles(Path.Combine(_build.Store.Root, "contents", "sha256")));
    }

    [Fact]
    public async Task One_file_of_a_listed_layer_is_one_request_for_its_bytes()
    {
        using var registry = await PublishAsync("listed");

        var image = (await _build.BuildAsync($"FROM scratch\nCOPY --from={registry.Host}/team/base:1 /extra/small.bin /extra/tiny.txt /\n")).Images[0];

        Assert.Equal([4, 300_000], LayerRequests(registry).Select(request => request.AnswerBytes).Order());
        Assert.Equal(["/small.bin", "/tiny.txt"], image.Files.Select(file => file.Path));
        Assert.Equal("tiny", BuildHarness.Text(image, "/tiny.txt"));
        Assert.Equal(RegistryImage.Noise(300_000, seed: 2), await File.ReadAllBytesAsync(image.Files[0].StorePath, Token));
    }

    [Theory]
    [InlineData("listed")]
    [InlineData("plain")]
    [InlineData("gzip")]
    public async Task Most_of_a_layer_is_the_whole_layer_and_only_once(string form)
    {
        using var registry = await PublishAsync(form);
        var text = $"FROM scratch\nCOPY --from={registry.Host}/team/base:1 /extra /x\n";

        var first = await _build.BuildAsync(text);

        var layer = BaseManifest(registry).Layers[1];
        Assert.Single(LayerRequests(registry), request => request.AnswerBytes == layer.Size);
        Assert.Equal(3, first.Images[0].Files.Length);
        Assert.Equal(RegistryImage.Noise(2_000_000), await File.ReadAllBytesAsync(first.Images[0].Files[0].StorePath, Token));
        var before = LayerRequests(registry).Length;

        var second = await _build.BuildAsync(text);

        Assert.Equal(first.Images[0].Manifest, second.Images[0].Manifest);
        Assert.DoesNotContain(LayerRequests(registry)[before..], request => request.Path.EndsWith(layer.Digest.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_ranges_the_whole_layer_comes()
    {
        using var registry = await PublishAsync("listed", hasRanges: false);

        var image = (await _build.BuildAsync($"FROM scratch\nCOPY --from={registry.Host}/team/base:1 /extra/small.bin /\n")).Images[0];

        Assert.Equal(RegistryImage.Noise(300_000, seed: 2), await File.ReadAllBytesAsync(image.Files[0].StorePath, Token));
    }

    [Theory]
    [InlineData("listed")]
    [InlineData("plain")]
    [InlineData("gzip")]
    public async Task Where_the_layers_are_changes_nothing_in_the_image(string form)
    {
        using var registry = await PublishAsync(form);
        _build.Context.Write("b.txt", "b");
        var text = $"FROM {registry.Host}/team/base:1\nCOPY b.txt /extra/\nQUANTIZE --type=Q8_0 models/m.gguf q.gguf\nCMD [\"-m\", \"q.gguf\"]\n";

        var remote = await _build.BuildAsync(text);
        await new ImagePull(_build.Registries!, _build.Store).RunAsync(
            new PullRequest(ImageReference.Parse($"{registry.Host}/team/base:1")) { Platform = new("linux", "amd64") }, null, Token);
        var before = registry.Requests.Count;
        var local = await _build.BuildAsync(text);

        Assert.Equal(remote.Images[0].Manifest, local.Images[0].Manifest);
        Assert.Equal(before, registry.Requests.Count);
        Assert.Equal(0, local.StepsRun);
        Assert.Equal(form == "gzip", remote.Images[0].Files.Single(file => file.Path == "/a.txt").StorePath.Length > 0);
    }

    [Fact]
    public async Task Other_bytes_than_the_manifest_lists_are_refused_at_the_instruction()
    {
        using var registry = await PublishAsync("listed");
        registry.Add(new RegistryFault("GET", BaseManifest(registry).Layers[1].Digest.ToString()) { Corrupts = true, Times = 9 });

        var error = await _build.FailAsync($"FROM scratch\nCOPY --from={registry.Host}/team/base:1 /extra/small.bin /\n");

        Assert.StartsWith("2 ", error, StringComparison.Ordinal);
        Assert.Contains("gave other bytes for 'extra/small.bin'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_were_not_the_layers_own_are_found_out()
    {
        // The index is read from the answer to a range; the layer is verified as a whole and says otherwise.
        using var registry = await PublishAsync("plain");
        var layer = BaseManifest(registry).Layers[2].Digest.ToString();
        var name = Encoding.ASCII.GetBytes("a.txt");
        registry.Add(new RegistryFault("GET", layer) { Rewrites = body => Forge(body, name) });

        var error = await _build.FailAsync($"FROM scratch\nCOPY --from={registry.Host}/team/base:1 /b.txt /\n");

        Assert.Contains("where the layer has something else", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_store_comes_first_unless_pull_says_otherwise()
    {
        using var registry = await PublishAsync("listed");
        var name = $"{registry.Host}/team/base:1";
        _build.Context.Write("mine.txt", "mine");
        await _build.BuildAsync("FROM scratch\nCOPY mine.txt /\n", request => request with { Targets = [new BuildTarget { References = [name] }] });

        Assert.Equal(["/mine.txt"], await _build.FilesAsync($"FROM {name}\n"));
        Assert.Empty(registry.Requests);
        Assert.Contains("/models/m.gguf", await _build.FilesAsync($"FROM {name}\n", request => request with { Pull = true }));
    }

    [Fact]
    public async Task A_digest_is_asked_for_once()
    {
        using var registry = await PublishAsync("listed");
        var text = $"FROM {registry.Host}/team/base@{registry.Content.Manifest("team/base", "1")!.Value.Digest}\nLABEL a=b\n";
        await _build.BuildAsync(text);
        var before = registry.Requests.Count;

        await _build.BuildAsync(text, request => request with { Pull = true });

        Assert.Equal(before, registry.Requests.Count);
    }

    [Fact]
    public async Task Each_platform_gets_its_image_of_an_index()
    {
        using var registry = new LoopbackRegistry();
        var manifests = new[] { "amd64", "arm64" }.Select(architecture =>
        {
            var image = new RegistryImage { Platform = $"linux/{architecture}" }.Layer(tar => tar.WriteEntry(RegistryImage.File($"{architecture}.txt", architecture)));
            var digest = image.AddTo(registry.Content, "team/two", null);
            var size = registry.Content.Manifest("team/two", digest)!.Value.Bytes.Length;
            return new Descriptor(MediaTypes.ImageManifest, Digest.Parse(digest), size) { Platform = new("linux", architecture) };
        });
        registry.Content.AddManifest("team/two", "1", new ImageIndex { Manifests = [.. manifests] }.ToBytes(), MediaTypes.ImageIndex);

        var result = await _build.BuildAsync(
            $"FROM {registry.Host}/team/two:1\nLABEL a=b\n", request => request with { Platforms = [new("linux", "amd64"), new("linux", "arm64")], FetchFiles = true });

        Assert.DoesNotContain(result.Diagnostics, diagnostic => diagnostic.Rule == "InvalidBaseImagePlatform");
        var files = result.Images[0].Platforms.Select(manifest => Assert.Single(new ImageContent(_build.Store, manifest.Digest).Files().Keys));
        Assert.Equal(["amd64.txt", "arm64.txt"], files);
    }

    [Fact]
    public async Task An_image_of_the_store_for_another_platform_is_asked_for()
    {
        using var registry = await PublishAsync("listed");
        var name = $"{registry.Host}/team/base:1";
        _build.Context.Write("mine.txt", "mine");
        await _build.BuildAsync("FROM scratch\nCOPY mine.txt /\n", request => request with { Platforms = [new("linux", "arm64")], Targets = [new BuildTarget { References = [name] }] });

        Assert.Contains("/models/m.gguf", await _build.FilesAsync($"FROM {name}\n"));

        // One that was made here and is nowhere else is taken, with a warning.
        await _build.BuildAsync(
            "FROM scratch\nCOPY mine.txt /\n",
            request => request with { Platforms = [new("linux", "arm64")], Targets = [new BuildTarget { References = [$"{registry.Host}/mine/only:1"] }] });
        var result = await _build.BuildAsync($"FROM {registry.Host}/mine/only:1\n");
        Assert.Contains(result.Diagnostics, diagnostic => diagnostic.Rule == "InvalidBaseImagePlatform");
    }

    [Fact]
    public async Task Files_are_fetched_on_request()
    {
        using var registry = await PublishAsync("plain");

        var lazy = (await _build.BuildAsync($"FROM {registry.Host}/team/base:1\n")).Images[0];
        var whole = (await _build.BuildAsync($"FROM {registry.Host}/team/base:1\n", request => request with { FetchFiles = true })).Images[0];

        Assert.Empty(lazy.Files);
        Assert.Equal(lazy.Manifest, whole.Manifest);
        Assert.Equal(["/a.txt", "/extra/large.bin", "/extra/small.bin", "/extra/tiny.txt", "/models/m.gguf"], whole.Files.Select(file => file.Path));
        Assert.All(whole.Files, file => Assert.Equal(file.Size, new FileInfo(file.StorePath).Length));
    }

    [Fact]
    public async Task Named_contexts_may_be_images_of_a_registry()
    {
        using var registry = await PublishAsync("listed");
        var image = (await _build.BuildAsync(
            "FROM scratch\nCOPY --from=base a.txt /\n", request => request with { NamedImages = request.NamedImages.Add("base", $"{registry.Host}/team/base:1") })).Images[0];
        Assert.Equal("a", BuildHarness.Text(image, "/a.txt"));
    }

    [Fact]
    public async Task A_faulty_file_asks_nobody()
    {
        using var registry = await PublishAsync("listed");
        Assert.Contains("COPI", await _build.FailAsync($"FROM {registry.Host}/team/base:1\nCOPI a b\n"), StringComparison.Ordinal);
        Assert.Empty(registry.Requests);
    }

    [Fact]
    public async Task An_image_that_is_nowhere_is_an_error_with_a_hint()
    {
        using var registry = new LoopbackRegistry();
        var error = await _build.FailAsync($"FROM scratch AS weights\nFROM {registry.Host}/team/none:1\n");
        Assert.StartsWith("2 GGUF", error, StringComparison.Ordinal);
        Assert.Contains($"There is no image {registry.Host}/team/none:1 either", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_says_what_to_do()
    {
        var registry = new LoopbackRegistry();
        registry.Dispose();
        var error = await _build.FailAsync($"FROM {registry.Host}/team/base:1\n");
        Assert.Contains("its registry does not answer", error, StringComparison.Ordinal);
        Assert.Contains($"gguf-packer pull {registry.Host}/team/base:1", error, StringComparison.Ordinal);
        Assert.Contains("oci-layout://", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_is_gone_is_told_of_at_its_instruction()
    {
        using var registry = await PublishAsync("listed");
        registry.Add(new RegistryFault("GET", BaseManifest(registry).Layers[0].Digest.ToString()) { Status = 404, Times = 9 });
        var error = await _build.FailAsync($"FROM {registry.Host}/team/base:1\nQUANTIZE --type=Q8_0 models/m.gguf q.gguf\n");
        Assert.StartsWith("1 GGUF", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_comes_is_reported()
    {
        using var registry = await PublishAsync("listed");
        var result = await _build.BuildAsync($"FROM scratch\nCOPY --from={registry.Host}/team/base:1 /extra/small.bin /\n");
        Assert.Equal(300_000, result.Totals.Downloaded.Bytes);
    }

    private static RegistryClient NewClient() => new(new RegistryOptions { RetryDelay = TimeSpan.FromMilliseconds(1), Retries = 2, ParallelTransfers = 1 });

    private async Task<LoopbackRegistry> PublishAsync(string form, bool hasRanges = true)
    {
        var manifest = (await _other.BuildAsync(Base)).Images[0].Manifest;
        using var source = new LoopbackRegistry();
        using var client = NewClient();
        await new ImagePush(client, _other.Store).RunAsync(new PushRequest(manifest, ImageReference.Parse($"{source.Host}/team/base:1")), null, Token);
        var registry = new LoopbackRegistry { HasRanges = hasRanges };
        var json = JsonNode.Parse(source.Content.Manifest("team/base", "1")!.Value.Bytes)!;
        registry.Content.AddBlob("team/base", source.Content.Blob(json["config"]!["digest"]!.GetValue<string>())!);
        foreach (var layer in json["layers"]!.AsArray().OfType<JsonObject>())
        {
            var blob = source.Content.Blob(layer["digest"]!.GetValue<string>())!;
            Assert.True(layer.ContainsKey("annotations"));
            if (form != "listed")
            {
                layer.Remove("annotations");
            }

            if (form == "gzip")
            {
                blob = Gzip(blob);
                layer["mediaType"] = MediaTypes.LayerTarGzip;
                layer["size"] = blob.Length;
                layer["digest"] = RegistryContent.DigestOf(blob);
            }

            registry.Content.AddBlob("team/base", blob);
        }

        registry.Content.AddManifest("team/base", "1", Encoding.UTF8.GetBytes(json.ToJsonString()), MediaTypes.ImageManifest);
        return registry;
    }

    private static ImageManifest BaseManifest(LoopbackRegistry registry) => ImageManifest.Parse(registry.Content.Manifest("team/base", "1")!.Value.Bytes);

    private static LoopbackRequest[] LayerRequests(LoopbackRegistry registry)
    {
        var config = BaseManifest(registry).Config.Digest.ToString();
        return [.. registry.Requests.Where(request => request.Method == "GET" && request.Path.Contains("/blobs/", StringComparison.Ordinal) && !request.Path.EndsWith(config, StringComparison.Ordinal))];
    }

    private static long BlobBytes(LoopbackRegistry registry) =>
        registry.Requests.Where(request => request.Method == "GET" && request.Path.Contains("/blobs/", StringComparison.Ordinal)).Sum(request => request.AnswerBytes);

    // Another name, and a file of two blocks where there is one: its bytes would begin elsewhere.
    private static byte[] Forge(byte[] tar, byte[] name)
    {
        var header = tar.AsSpan(0, 512).ToArray();
        Assert.True(header.AsSpan().StartsWith(name));
        header[0] = (byte)'b';
        header[124 + 10] = (byte)'2';
        "        "u8.CopyTo(header.AsSpan(148));
        var sum = header.Sum(b => b);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        return [.. header, .. tar[512..]];
    }

    private static byte[] Gzip(byte[] bytes)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return output.ToArray();
    }
}
