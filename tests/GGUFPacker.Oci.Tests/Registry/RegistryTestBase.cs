using System.Text.Json;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Registry.Authentication;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Oci.Tests.Registry;

/// <summary>Two stores and a way to a registry.</summary>
public abstract class RegistryTestBase : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<IDisposable> _owned = [];

    protected RegistryTestBase()
    {
        Store = Own(ContentStore.Open(_directory["store"]));
        Other = Own(ContentStore.Open(_directory["other"]));
        Client = NewClient();
    }

    protected ContentStore Store { get; }

    protected ContentStore Other { get; }

    protected RegistryClient Client { get; }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    protected T Own<T>(T disposable) where T : IDisposable
    {
        _owned.Add(disposable);
        return disposable;
    }

    protected RegistryClient NewClient(RegistryCredential? credential = null, Func<RegistryOptions, RegistryOptions>? change = null)
    {
        var options = new RegistryOptions
        {
            Credentials = (_, _) => ValueTask.FromResult(credential),
            RetryDelay = TimeSpan.FromMilliseconds(1),
            IdleTimeout = TimeSpan.FromSeconds(30),
        };
        return Own(new RegistryClient(change?.Invoke(options) ?? options));
    }

    /// <summary>An image of two layers in the store: a model of this size, and a text.</summary>
    protected Descriptor MakeImage(int size = 3_000_000, int seed = 1)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        using var ingest = Store.Contents.BeginIngest(new PendingLayer("app/model.gguf", size));
        ingest.Write(bytes);
        var model = ingest.Commit().Layer!;
        var text = Store.Contents.Ingest("Be brief."u8);
        var second = Store.Layers.Create([LayerEntry.File("app/system.txt", text.Digest, text.Size)]);
        using var config = JsonDocument.Parse($$"""{"Size":{{size}}}""");
        var image = new ImageConfig { Created = "1970-01-01T00:00:00Z", Config = config.RootElement, DiffIds = [model.DiffId, second.DiffId] };
        var manifest = new ImageManifest
        {
            Config = Store.Blobs.Put(MediaTypes.ImageConfig, image.ToBytes()),
            Layers = [model.ToDescriptor(), second.ToDescriptor()],
        };
        return Store.Blobs.Put(MediaTypes.ImageManifest, manifest.ToBytes());
    }

    protected static ImageReference Reference(LoopbackRegistry registry, string name = "team/model:Q4_K_M") => ImageReference.Parse($"{registry.Host}/{name}");

    protected void AssertPulled(ImageReference reference, Descriptor manifest)
    {
        Assert.Equal(manifest.Digest, Other.Tags.Find(reference)!.Manifest.Digest);
        var image = new ImageContent(Other, manifest.Digest);
        Assert.Equal(["app", "app/model.gguf", "app/system.txt"], image.Files().Keys);
        var model = image.Files()["app/model.gguf"];
        Assert.Equal(model.Content, Digest.Of(File.ReadAllBytes(Other.Contents.PathOf(model.Content))));
        Assert.Empty(Directory.GetFiles(Path.Combine(Other.Root, "temp")));
    }
}
