using System.Globalization;
using System.Text.Json;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Build.Tests.Differential;

/// <summary>
/// The images that the original built with docker and with BuildKit, built again: the same layers with the same entries, those of the bases they stand on
/// unchanged. Times are those of the day they were made, so diff IDs are theirs alone; configs are compared to the byte elsewhere.
/// </summary>
public sealed class RecordedBuildTests
{
    private const string Host = "127.0.0.1:5000";

    public static TheoryData<string, string> Builds => [.. Find()];

    [Theory]
    [GoldenData(nameof(Builds))]
    public async Task Layers_have_the_recorded_entries(string name, string tag)
    {
        var token = TestContext.Current.CancellationToken;
        var folder = Goldens.Path("packer", "e2e", name);
        using var context = new TemporaryDirectory();
        using var storeDirectory = new TemporaryDirectory();
        using var store = ContentStore.Open(storeDirectory.Path);
        using var registry = new LoopbackRegistry();
        using var client = new RegistryClient(new RegistryOptions());
        registry.Load(Goldens.Path("packer", "e2e", "registry"));
        FillContext(context, folder);
        var text = (await File.ReadAllTextAsync(Path.Combine(folder, "GGUFPackerfile"), token)).Replace("@TAG@", tag, StringComparison.Ordinal).Replace(Host, registry.Host, StringComparison.Ordinal);
        var platforms = Directory.EnumerateDirectories(Path.Combine(folder, tag)).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal).ToArray();

        var request = new BuildRequest
        {
            PackerfilePath = context.Write("GGUFPackerfile", text),
            ContextDirectory = context.Path,
            Platforms = [.. platforms.Select(platform => Platform.Parse(platform.Replace('-', '/')))],
            FetchFiles = true,
            Threads = 1,
        };
        var image = (await new EmbeddedBuildEngine(store, new BuildEnvironment { Registries = client }).BuildAsync(request, null, token)).Images[0];

        foreach (var (manifest, recorded) in image.Platforms.IsEmpty
            ? [(image.Manifest, Path.Combine(folder, tag))]
            : image.Platforms.Zip(platforms, (descriptor, platform) => (descriptor, Path.Combine(folder, tag, platform))))
        {
            using var layers = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(recorded, "layers.json"), token));
            var built = new ImageContent(store, manifest.Digest);
            Assert.Equal(layers.RootElement.EnumerateArray().Select(Entries), built.Layers.Select(Entries));

            // The base's layers are its own.
            var own = text.Split('\n').Count(line => line.StartsWith("ADD ", StringComparison.Ordinal) || line.StartsWith("COPY ", StringComparison.Ordinal) || line.StartsWith("CAT ", StringComparison.Ordinal));
            foreach (var (layer, descriptor) in layers.RootElement.EnumerateArray().Zip(built.Manifest.Layers).SkipLast(own))
            {
                Assert.Equal(layer.GetProperty("digest").GetString(), descriptor.Digest.ToString());
            }
        }
    }

    private static IEnumerable<(string, string)> Find()
    {
        var root = Goldens.Path("packer", "e2e");
        var files = Directory.Exists(root) ? Directory.EnumerateFiles(root, "GGUFPackerfile", SearchOption.AllDirectories) : [];
        return from path in files.Order(StringComparer.Ordinal)
               let folder = Path.GetDirectoryName(path)!
               from tag in new[] { "buildkit", "docker" }
               where Directory.Exists(Path.Combine(folder, tag))
               select (Path.GetFileName(folder), tag);
    }

    private static void FillContext(TemporaryDirectory context, string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        foreach (var file in json.RootElement.GetProperty("contextFiles").EnumerateObject())
        {
            context.Copy(Goldens.Path(["packer", .. file.Value.GetString()!.Split('/')]), file.Name);
        }

        foreach (var file in json.RootElement.GetProperty("contextTexts").EnumerateObject())
        {
            context.Write(file.Name, file.Value.GetString()!);
        }
    }

    // Docker writes the type of the file into the mode too.
    private static string Entries(JsonElement layer) => string.Join('\n', layer.GetProperty("entries").EnumerateArray().Select(entry => string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.GetProperty("name").GetString()!.TrimEnd('/')} {(entry.GetProperty("type").GetString() == "dir" ? "Directory" : "File")} {Convert.ToString(Convert.ToInt32(entry.GetProperty("mode").GetString()![2..], 8) & 0xFFF, 8)} {entry.GetProperty("uid")}:{entry.GetProperty("gid")} {entry.GetProperty("size")}")));

    private static string Entries(LayerRecipe layer) => string.Join('\n', layer.Entries.Select(entry => string.Create(
        CultureInfo.InvariantCulture, $"{entry.Path} {entry.Kind} {Convert.ToString(entry.Mode, 8)} {entry.UserId}:{entry.GroupId} {entry.Size}")));
}
