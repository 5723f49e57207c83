using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Images;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>FROM and --from with images of the store, and builds for several platforms.</summary>
public sealed class BaseImageTests : IDisposable
{
    private const string Base = "FROM scratch\nCOPY m.gguf /models/\nLABEL team=one\nCMD [\"-m\", \"models/m.gguf\", \"-c\", \"8\"]\n";
    private readonly BuildHarness _build = new();

    public BaseImageTests()
    {
        _build.AddModel("m.gguf");
        _build.Context.Write("a.txt", "a");
    }

    public void Dispose() => _build.Dispose();

    [Fact]
    public async Task A_stage_on_a_model_image_has_its_layers_files_and_command()
    {
        var parent = (await _build.BuildAsync(Base, Named("localhost:5000/t/base:1"))).Images[0];

        var child = (await _build.BuildAsync("FROM localhost:5000/t/base:1\nCOPY a.txt /\n")).Images[0];

        Assert.Equal(["/a.txt", "/models/m.gguf"], child.Files.Select(file => file.Path));
        Assert.Equal(Manifest(parent).Layers[0].Digest, Manifest(child).Layers[0].Digest);
        Assert.Equal(2, Manifest(child).Layers.Length);
        var config = _build.Config(child);
        Assert.Equal(["-m", "models/m.gguf", "-c", "8"], config.Command.Arguments);
        Assert.Equal("llama", config.Model!.Architecture);
        Assert.Equal("one", config.Labels["team"]);
        Assert.Equal($"localhost:5000/t/base:1@{parent.Manifest.Digest}", config.Labels["org.opencontainers.image.base.name"]);
        Assert.Equal(2, config.Image.DiffIds.Length);
        Assert.Equal(4, config.Image.History.Length);
    }

    [Fact]
    public async Task Files_of_an_image_can_be_copied_and_quantized()
    {
        await _build.BuildAsync(Base, Named("localhost:5000/t/base:1"));

        Assert.Equal(["/copied", "/q.gguf"], await _build.FilesAsync(
            "FROM scratch\nCOPY --from=localhost:5000/t/base:1 /models/m.gguf /copied\nQUANTIZE --from=localhost:5000/t/base:1 --type=Q8_0 models/m.gguf q.gguf\nCMD [\"-m\", \"q.gguf\"]\n"));
    }

    [Fact]
    public async Task An_image_may_be_named_by_its_digest()
    {
        var parent = (await _build.BuildAsync(Base)).Images[0];
        Assert.Contains("/models/m.gguf", await _build.FilesAsync($"FROM localhost:5000/t/base@{parent.Manifest.Digest}\nCOPY a.txt /\n"));
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_an_error_with_a_hint()
    {
        Assert.Contains("gguf-packer pull reg.example/none:1", await _build.FailAsync("FROM reg.example/none:1\n"), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'weights'?", await _build.FailAsync("FROM scratch AS weights\nFROM weight\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_file_that_the_command_names_must_be_there()
    {
        var error = await _build.FailAsync(
            "FROM scratch\nCOPY m.gguf /models/m.gguf\nCMD [\"-m\", \"models/n.gguf\", \"-md\", \"d\", \"--mmproj\", \"p\", \"--lora\", \"l\", \"--lora-scaled\", \"ls\", \"1\", \"--control-vector\", \"c\", \"--control-vector-scaled\", \"cs\", \"1\"]\n");
        Assert.Equal(7, error.Split('\n').Length);
        Assert.All(error.Split('\n'), line => Assert.StartsWith("3 GGUF0207 ", line, StringComparison.Ordinal));
        Assert.Contains("'/models/n.gguf', which the stage does not have; it has /models/m.gguf. Did you mean '/models/m.gguf'?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_platforms_make_an_index_whose_images_share_what_they_can()
    {
        Platform[] platforms = [new("linux", "amd64"), new("linux", "arm64")];

        var image = (await _build.BuildAsync(
            "FROM scratch\nCOPY m.gguf /\nLABEL arch=$TARGETARCH\nCOPY a.txt /$TARGETPLATFORM/\nCMD [\"-m\", \"m.gguf\"]\n",
            request => Named("localhost:5000/t/two:1")(request) with { Platforms = [.. platforms] })).Images[0];

        Assert.Equal(MediaTypes.ImageIndex, image.Manifest.MediaType);
        Assert.Equal(image.Manifest, _build.Store.Tags.Find(ImageReference.Parse("localhost:5000/t/two:1"))!.Manifest);
        var index = ImageIndex.Parse(_build.Store.Blobs.Get(image.Manifest.Digest));
        Assert.Equal(platforms, index.Manifests.Select(manifest => manifest.Platform));
        var images = index.Manifests.Select(manifest => new ImageContent(_build.Store, manifest.Digest)).ToArray();
        Assert.Equal(["amd64", "arm64"], images.Select(content => ModelImageConfig.Read(content.Config).Labels["arch"]));
        Assert.Equal(platforms, images.Select(content => content.Config.Platform));
        Assert.Equal(images[0].Layers[0].DiffId, images[1].Layers[0].DiffId);
        Assert.True(images[1].Files().ContainsKey("linux/arm64/a.txt"));

        // FROM takes the platform that is built for.
        var child = (await _build.BuildAsync("FROM localhost:5000/t/two:1\n", request => request with { Platforms = [platforms[1]] })).Images[0];
        Assert.Contains("/linux/arm64/a.txt", child.Files.Select(file => file.Path));
        Assert.Equal("arm64", _build.Config(child).Image.Platform.Architecture);
    }

    [Fact]
    public async Task A_base_of_another_platform_is_a_warning()
    {
        await _build.BuildAsync(Base, Named("localhost:5000/t/base:1"));
        var result = await _build.BuildAsync("FROM --platform=linux/arm64 localhost:5000/t/base:1 AS arm64\n");
        Assert.Contains(result.Diagnostics, warning => warning.Rule == "InvalidBaseImagePlatform");
    }

    private static Func<BuildRequest, BuildRequest> Named(string reference) => request => request with { Targets = [new BuildTarget { References = [reference] }] };

    private ImageManifest Manifest(BuiltImage image) => ImageManifest.Parse(_build.Store.Blobs.Get(image.Manifest.Digest));
}
