using System.Diagnostics;
using System.Text.Json;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layouts;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Oci.Tests.Registry;

/// <summary>Docker's registry and skopeo, as they are packaged.</summary>
[Trait("Category", "RealParts")]
[ReadsGoldens]
public sealed class RealRegistryTests : RegistryTestBase
{
    [Fact]
    public async Task Image_goes_to_a_real_registry_and_comes_back()
    {
        using var registry = await DockerRegistry.StartAsync();
        var reference = ImageReference.Parse($"{registry.Host}/team/model:Q4_K_M");
        var manifest = MakeImage(20_000_000);
        await new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, reference) { OtherTags = ["latest"] }, null, Token);
        await new ImagePush(Client, Store).RunAsync(
            new PushRequest(manifest, ImageReference.Parse($"{registry.Host}/other/model:1")) { MountFrom = ["team/model"] }, null, Token);
        Assert.Equal(["Q4_K_M", "latest"], (await Client.Tags.ListAsync(reference.Registry, "team/model", Token)).Order(StringComparer.Ordinal));
        await new ImagePull(Client, Other).RunAsync(new PullRequest(reference), null, Token);
        AssertPulled(reference, manifest);
        Assert.Equal(manifest.Digest, (await Client.Manifests.FindAsync(reference, Token))!.Digest);
        Assert.Null(await Client.Manifests.FindAsync(reference.WithTag("none"), Token));
    }

    [Fact]
    public async Task Blob_goes_to_a_real_registry_in_pieces()
    {
        using var registry = await DockerRegistry.StartAsync();
        var reference = ImageReference.Parse($"{registry.Host}/team/model:Q4_K_M");
        var manifest = MakeImage(20_000_000);
        var layer = ImageManifest.Parse(Store.Blobs.Get(manifest.Digest)).Layers[0];
        var recipe = Store.Layers.Get(layer.Digest);

        // The second piece breaks halfway: this registry keeps the first and wants no half ones, so the blob begins again.
        var opened = 0;
        using var transport = new RegistryTransport(Client.Options);
        var upload = new BlobUpload(transport, reference.Registry, reference.Repository, layer, () => ++opened == 2
            ? new BreakingStream(Store.Layers.OpenRead(recipe), 9_000_000)
            : Store.Layers.OpenRead(recipe), null)
        {
            Chunk = 6_000_000,
        };
        await Assert.ThrowsAnyAsync<Exception>(() => upload.RunAsync(Token));
        Assert.Equal(6_000_000, upload.Offset);
        await upload.RecoverAsync(Token);
        await upload.RunAsync(Token);
        Assert.True(opened > 4);
        Assert.True(await Client.Blobs.ExistsAsync(reference.Registry, reference.Repository, layer.Digest, Token));
    }

    [Fact]
    public async Task Skopeo_inspects_and_copies_a_pushed_image()
    {
        var skopeo = Programs.Require("skopeo");
        using var registry = await DockerRegistry.StartAsync();
        using var directory = new TemporaryDirectory();
        var reference = ImageReference.Parse($"{registry.Host}/team/model:Q4_K_M");
        var manifest = MakeImage();
        await new ImagePush(Client, Store).RunAsync(new PushRequest(manifest, reference), null, Token);

        using var inspected = JsonDocument.Parse(await RunAsync(skopeo, "inspect", "--tls-verify=false", $"docker://{reference}"));
        Assert.Equal(manifest.Digest.ToString(), inspected.RootElement.GetProperty("Digest").GetString());
        Assert.Equal(2, inspected.RootElement.GetProperty("Layers").GetArrayLength());

        await RunAsync(skopeo, "--insecure-policy", "copy", "--src-tls-verify=false", "--dest-oci-accept-uncompressed-layers", $"docker://{reference}", $"oci:{directory["copied"]}:Q4_K_M");
        await RunAsync(
            skopeo, "--insecure-policy", "copy", "--dest-tls-verify=false", $"oci:{directory["copied"]}:Q4_K_M", $"docker://{registry.Host}/copied/model:1");
        Assert.Equal(manifest.Digest, (await new LayoutReader(Other).ReadAsync(directory["copied"], Token)).Single().Manifest.Digest);
        await new ImagePull(Client, Other).RunAsync(new PullRequest(ImageReference.Parse($"{registry.Host}/copied/model:1")), null, Token);
        AssertPulled(ImageReference.Parse($"{registry.Host}/copied/model:1"), manifest);
    }

    [Theory]
    [InlineData("oci", "layout")]
    [InlineData("oci-archive", "layout.tar")]
    [InlineData("docker-archive", "layout.tar")]
    public async Task Skopeo_reads_a_layout(string transport, string name)
    {
        var skopeo = Programs.Require("skopeo");
        using var directory = new TemporaryDirectory();
        var reference = ImageReference.Parse("localhost:5000/team/model:Q4_K_M");
        var manifest = MakeImage();
        var writer = new LayoutWriter(Store);
        await (name.EndsWith(".tar", StringComparison.Ordinal)
            ? writer.WriteArchiveAsync(directory[name], [new LayoutImage(manifest, reference)], Token)
            : writer.WriteDirectoryAsync(directory[name], [new LayoutImage(manifest, reference)], Token));
        var tag = transport == "docker-archive" ? reference.ToString() : "Q4_K_M";
        await RunAsync(skopeo, "--insecure-policy", "copy", $"{transport}:{directory[name]}:{tag}", $"oci:{directory["copied"]}:x");
        var copied = (await new LayoutReader(Other).ReadAsync(directory["copied"], Token)).Single();
        // From a Docker archive skopeo makes another config: the files are what has to be the same.
        Assert.Equal(new ImageContent(Store, manifest.Digest).Config.DiffIds, new ImageContent(Other, copied.Manifest.Digest).Config.DiffIds);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(Token);
        var error = await process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error}");
        return await output;
    }

    private sealed class BreakingStream(Stream inner, long at) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.Position >= at ? throw new IOException("the disk went away") : await inner.ReadAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
