using System.Security.Cryptography;
using System.Text.Json;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Layouts;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Product.Tests;

/// <summary>Publishing a model project: to registries, and as an archive.</summary>
[Trait("Category", "Product")]
public sealed class PublishTests : IDisposable
{
    private readonly Workspace _workspace;

    public PublishTests(PackedProduct product)
    {
        _workspace = new Workspace(product);
        _workspace.WriteCheckpoint("Austen/austen");
        _workspace.Write("Austen/Austen.ggufproj", $"""
            <Project Sdk="GGUFPacker.Sdk/{PackedProduct.Version}">
              <PropertyGroup><ContainerRepository>team/austen</ContainerRepository><ContainerVendor>us; and them: ü</ContainerVendor></PropertyGroup>
              <ItemGroup><GGUFModel Include="austen" PreTokenizer="llama-bpe" /><GGUFQuantizeType Include="Q8_0;Q4_0" /></ItemGroup>
              <Target Name="Tell" AfterTargets="Publish">
                <Message Importance="High" Text="told: %(GeneratedContainer.Identity) %(ManifestDigest)" Condition="'@(GeneratedContainer)' != ''" />
              </Target>
            </Project>
            """);
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Publish_pushes_a_tag_for_each_type_and_a_pull_gives_the_same_files()
    {
        using var registry = new LoopbackRegistry();

        var log = await _workspace.BuildAsync("publish", "Austen", $"-p:ContainerRegistry={registry.Host}");

        Assert.Equal(["Q4_0", "Q8_0"], registry.Content.Tags("team/austen"));
        foreach (var type in new[] { "Q8_0", "Q4_0" })
        {
            var reference = $"{registry.Host}/team/austen:{type}";
            Assert.Single(log.MessagesWith($"Austen -> {reference}"));
            Assert.Single(log.MessagesWith($"told: {reference} {registry.Content.Manifest("team/austen", type)!.Value.Digest}"));
            Assert.Equal(SampleFiles.Sha256(type), await PullAsync(reference, $"/Austen.{type}.gguf"));
        }

        using var config = JsonDocument.Parse(registry.Content.Blob(ManifestOf(registry, "Q8_0").Config.Digest.ToString())!);
        var labels = config.RootElement.GetProperty("config").GetProperty("Labels");
        Assert.Equal("us; and them: ü", labels.GetProperty("org.opencontainers.image.vendor").GetString());

        // Again: nothing is built, and no blob is sent.
        var sent = Uploads(registry);
        var again = await _workspace.BuildAsync("publish", "Austen", $"-p:ContainerRegistry={registry.Host}", "-p:ContainerImageTags=1.0");
        Assert.False(again.Worked("GGUFQuantize"));
        Assert.Equal(["1.0-Q4_0", "1.0-Q8_0", "Q4_0", "Q8_0"], registry.Content.Tags("team/austen"));
        Assert.Equal(sent, Uploads(registry));
    }

    [Fact]
    public async Task A_push_that_was_killed_is_finished_by_the_next_one()
    {
        using var registry = new LoopbackRegistry();
        await _workspace.BuildAsync("build", "Austen");
        registry.Add(new RegistryFault("PUT", "/blobs/uploads/") { BreakAfter = -1, Silent = true, Times = 100 });

        string[] arguments = ["publish", _workspace.Combine("Austen"), $"-p:ContainerRegistry={registry.Host}"];
        using (var publish = Command.Start("dotnet", arguments, _workspace.Root, _workspace.Environment, out var output))
        {
            while (!registry.Requests.Any(request => request.Method == "PUT"))
            {
                Assert.False(publish.HasExited, $"The push ended before it could be killed: {output}");
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }

            publish.Kill(entireProcessTree: true);
            await publish.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Empty(registry.Content.Tags("team/austen"));
        using var recovered = new LoopbackRegistry();
        await _workspace.BuildAsync("publish", "Austen", $"-p:ContainerRegistry={recovered.Host}");
        Assert.Equal(["Q4_0", "Q8_0"], recovered.Content.Tags("team/austen"));
    }

    [Fact]
    public async Task Publish_writes_an_archive_that_holds_every_image()
    {
        await _workspace.BuildAsync("publish", "Austen", "-p:ContainerArchiveOutputPath=out/austen.tar");

        using var store = ContentStore.Open(_workspace.Combine("other store"));
        var images = await new LayoutReader(store).ReadAsync(_workspace.Combine("Austen", "out", "austen.tar"), TestContext.Current.CancellationToken);
        Assert.Equal(["Q8_0", "Q4_0"], images.Select(image => image.Reference!.Tag));
        Assert.Equal(SampleFiles.Sha256("Q8_0"), Sha256(store, images[0].Manifest.Digest, "/Austen.Q8_0.gguf"));
    }

    [Fact]
    public async Task A_registry_that_is_none_and_images_that_are_gone_are_errors_with_codes()
    {
        await _workspace.BuildAsync("build", "Austen");
        var none = await _workspace.DotnetAsync("publish", _workspace.Combine("Austen"), "--no-build", "-p:ContainerRegistry=not/one");
        Assert.Contains("error GGUF0614", none.Output, StringComparison.Ordinal);

        Directory.Delete(_workspace.StorePath, recursive: true);
        var gone = await _workspace.DotnetAsync("publish", _workspace.Combine("Austen"), "--no-build", "-p:ContainerRegistry=localhost:1");
        Assert.Contains("error GGUF0604", gone.Output, StringComparison.Ordinal);

        // A build finds out by itself, and makes the images again.
        var rebuilt = await _workspace.BuildAsync("build", "Austen");
        Assert.True(rebuilt.Worked("GGUFPack"));
    }

    [Fact]
    [Trait("Category", "RealParts")]
    public async Task Dockers_registry_takes_the_images_and_skopeo_copies_them()
    {
        var skopeo = Programs.Require("skopeo");
        using var registry = await DockerRegistry.StartAsync();

        await _workspace.BuildAsync("publish", "Austen", $"-p:ContainerRegistry={registry.Host}");

        foreach (var type in new[] { "Q8_0", "Q4_0" })
        {
            var reference = $"{registry.Host}/team/austen:{type}";
            Assert.Equal(SampleFiles.Sha256(type), await PullAsync(reference, $"/Austen.{type}.gguf"));
            var layout = $"oci:{_workspace.Combine("copied")}:{type}";
            string[] copy = ["copy", "--src-tls-verify=false", "--dest-oci-accept-uncompressed-layers", $"docker://{reference}", layout];
            (await Command.RunAsync(skopeo, ["--insecure-policy", .. copy], _workspace.Root, _workspace.Environment)).Succeeded();
        }
    }

    private static int Uploads(LoopbackRegistry registry) =>
        registry.Requests.Count(request => request.Method is "PUT" or "PATCH" or "POST" && request.Path.Contains("/blobs/", StringComparison.Ordinal));

    private static ImageManifest ManifestOf(LoopbackRegistry registry, string tag) =>
        ImageManifest.Parse(registry.Content.Manifest("team/austen", tag)!.Value.Bytes);

    private async Task<string> PullAsync(string reference, string path)
    {
        using var store = ContentStore.Open(_workspace.Combine($"empty store {Guid.NewGuid():N}"));
        using var client = new RegistryClient(new RegistryOptions());
        var pulled = await new ImagePull(client, store).RunAsync(new PullRequest(ImageReference.Parse(reference)), null, TestContext.Current.CancellationToken);
        return Sha256(store, pulled.ManifestDescriptor.Digest, path);
    }

    private static string Sha256(ContentStore store, Digest manifest, string path)
    {
        var entry = new ImageContent(store, manifest).Files().Single(file => file.Value.Path.TrimStart('/') == path.TrimStart('/')).Value;
        using var file = store.Contents.OpenRead(entry.Content);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
