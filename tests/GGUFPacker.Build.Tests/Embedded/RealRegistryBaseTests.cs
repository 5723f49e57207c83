using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>Base images in Docker's own registry.</summary>
[Trait("Category", "RealParts")]
public sealed class RealRegistryBaseTests : IDisposable
{
    private readonly BuildHarness _other = new();
    private readonly BuildHarness _build = new() { Registries = new RegistryClient(new RegistryOptions()) };

    public void Dispose()
    {
        _other.Dispose();
        _build.Dispose();
    }

    [Fact]
    public async Task A_changed_command_is_pushed_without_a_layer_and_one_file_is_fetched_alone()
    {
        var token = TestContext.Current.CancellationToken;
        using var registry = await DockerRegistry.StartAsync();
        _other.AddModel("m.gguf");
        _other.Context.Write("extra/large.bin", RegistryImage.Noise(3_000_000));
        _other.Context.Write("extra/small.bin", RegistryImage.Noise(100_000));
        var model = (await _other.BuildAsync("FROM scratch\nCOPY m.gguf /\nCOPY extra /extra\nCMD [\"-m\", \"m.gguf\"]\n")).Images[0];
        await new ImagePush(_build.Registries!, _other.Store).RunAsync(new PushRequest(model.Manifest, ImageReference.Parse($"{registry.Host}/team/base:1")), null, token);

        var child = (await _build.BuildAsync($"FROM {registry.Host}/team/base:1\nCMD [\"-m\", \"m.gguf\", \"-c\", \"64\"]\n")).Images[0];
        var events = new Direct();
        await new ImagePush(_build.Registries!, _build.Store).RunAsync(new PushRequest(child.Manifest, ImageReference.Parse($"{registry.Host}/mine/child:1")), events, token);

        Assert.Equal(2, events.Seen.Count(seen => seen.Status == TransferStatus.Mounted));
        Assert.Equal(child.Config.Digest, Assert.Single(events.Seen, seen => seen.Status == TransferStatus.Completed).Blob.Digest);
        Assert.Empty(Contents());

        await _build.BuildAsync($"FROM scratch\nCOPY --from={registry.Host}/mine/child:1 /extra/small.bin /\n");
        Assert.Equal(100_000, Assert.Single(Contents()).Length);

        await new ImagePull(_build.Registries!, _build.Store).RunAsync(new PullRequest(ImageReference.Parse($"{registry.Host}/mine/child:1")) { Platform = new("linux", "amd64") }, null, token);
        Assert.Equal(["extra", "extra/large.bin", "extra/small.bin", "m.gguf"], new ImageContent(_build.Store, child.Manifest.Digest).Files().Keys);
    }

    private FileInfo[] Contents() => new DirectoryInfo(Path.Combine(_build.Store.Root, "contents", "sha256")).GetFiles();

    private sealed class Direct : IProgress<TransferProgress>
    {
        private readonly List<TransferProgress> _seen = [];

        public IReadOnlyList<TransferProgress> Seen
        {
            get
            {
                lock (_seen)
                {
                    return [.. _seen];
                }
            }
        }

        public void Report(TransferProgress value)
        {
            lock (_seen)
            {
                _seen.Add(value);
            }
        }
    }
}
