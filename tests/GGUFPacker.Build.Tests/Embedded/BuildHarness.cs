using System.Collections.Immutable;
using System.Formats.Tar;
using System.Globalization;
using System.Text;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Images;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>A context, a store and an engine of a test's own.</summary>
internal sealed class BuildHarness : IDisposable
{
    private readonly TemporaryDirectory _storeDirectory = new();

    public BuildHarness() => Store = ContentStore.Open(_storeDirectory.Path);

    public TemporaryDirectory Context { get; } = new();

    public ContentStore Store { get; }

    public string StorePath => _storeDirectory.Path;

    /// <summary>How images are found that the store has not; null for not at all.</summary>
    public RegistryClient? Registries { get; init; }

    public void Dispose()
    {
        Registries?.Dispose();
        Store.Dispose();
        _storeDirectory.Dispose();
        Context.Dispose();
    }

    /// <summary>A small model in the context.</summary>
    public void AddModel(string path) => Context.Copy(Goldens.InRepository("packer", "gguf", "tiny-llama.F16.gguf"), path);

    public async Task<BuildResult> BuildAsync(string packerfile, Func<BuildRequest, BuildRequest>? configure = null)
    {
        var request = new BuildRequest
        {
            PackerfilePath = Context.Write("GGUFPackerfile", packerfile),
            ContextDirectory = Context.Path,
            Threads = 1,
        };
        return await new EmbeddedBuildEngine(Store, new() { Registries = Registries }).BuildAsync(configure?.Invoke(request) ?? request, progress: null, TestContext.Current.CancellationToken);
    }

    /// <summary>The paths of the files of the only image.</summary>
    public async Task<string[]> FilesAsync(string packerfile, Func<BuildRequest, BuildRequest>? configure = null) =>
        [.. Assert.Single((await BuildAsync(packerfile, configure)).Images).Files.Select(file => file.Path)];

    /// <summary>The error that a build ends with.</summary>
    public async Task<string> FailAsync(string packerfile, Func<BuildRequest, BuildRequest>? configure = null)
    {
        var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync(packerfile, configure));
        return string.Join('\n', error.Diagnostics.Select(diagnostic => $"{diagnostic.Span.StartLine} {diagnostic.Code} {diagnostic.Message}"));
    }

    /// <summary>An image's layers: for each the entries as <c>mode uid:gid path</c>; none for one that the store has not.</summary>
    public ImmutableArray<string[]> Layers(BuiltImage image) =>
        [.. Config(image).Image.DiffIds.Select(diffId => Store.Layers.Find(diffId) is null ? [] : Entries(diffId))];

    /// <summary>An image's config.</summary>
    public ModelImageConfig Config(BuiltImage image) => ModelImageConfig.Parse(Store.Blobs.Get(image.Config.Digest));

    /// <summary>A text file of an image.</summary>
    public static string Text(BuiltImage image, string path) => File.ReadAllText(image.Files.Single(file => file.Path == path).StorePath, Encoding.UTF8);

    private string[] Entries(Digest digest)
    {
        using var tar = Store.Layers.OpenRead(Store.Layers.Get(digest));
        using var reader = new TarReader(tar);
        var entries = new List<string>();
        while (reader.GetNextEntry() is { } entry)
        {
            entries.Add(string.Create(CultureInfo.InvariantCulture, $"{Convert.ToString((int)entry.Mode, 8)} {entry.Uid}:{entry.Gid} {entry.Name}"));
        }

        return [.. entries];
    }
}
