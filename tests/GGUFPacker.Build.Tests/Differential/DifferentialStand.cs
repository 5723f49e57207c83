using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Build.Tests.Differential;

/// <summary>What every GGUFPackerfile of the list is built in: a context, and a registry with images that docker and BuildKit made.</summary>
internal sealed class DifferentialStand : IDisposable
{
    private const string Directive = "# $ ";
    private readonly TemporaryDirectory _context = new();
    private readonly TemporaryDirectory _storeDirectory = new();
    private readonly LoopbackRegistry _registry = new();
    private readonly RegistryClient _client = new(new RegistryOptions { RetryDelay = TimeSpan.FromMilliseconds(1), Retries = 1 });
    private readonly ContentStore _store;

    public DifferentialStand()
    {
        _store = ContentStore.Open(_storeDirectory.Path);
        foreach (var (path, model) in ((string, string)[])[
            ("m.gguf", "tiny-llama.F16.gguf"), ("q.gguf", "tiny-llama.Q8_0.gguf"), ("d.gguf", "tiny-draft.F16.gguf"), ("p.gguf", "tiny-mmproj.F16.gguf"),
            ("l/a.gguf", "tiny-lora-a.gguf"), ("l/b.gguf", "tiny-lora-b.gguf"), ("v.gguf", "tiny-cvec.gguf")])
        {
            _context.Copy(Goldens.InRepository("packer", "gguf", model), path);
        }

        foreach (var (path, text) in ((string, string)[])[
            ("a.txt", "a"), ("b.txt", "b"), ("docs/readme.md", "# Read me\n"), ("docs/deep/notes.txt", "notes"), ("docs/deep/er/more.txt", "more"),
            ("docs/empty", ""), ("hidden.secret", "secret"), (".ggufpackerignore", "*.secret\n"), ("with space/x y.txt", "spaced")])
        {
            _context.Write(path, text);
        }

        _registry.Load(Goldens.InRepository("packer", "e2e", "registry"));
        new RegistryImage { Config = """{"Labels":{"from":"links"}}""" }.Layer(Links()).AddTo(_registry.Content, "base/links", "1");
    }

    public void Dispose()
    {
        _store.Dispose();
        _client.Dispose();
        _registry.Dispose();
        _context.Dispose();
        _storeDirectory.Dispose();
    }

    /// <summary>Builds a file and describes what came out: files, diff IDs, config.</summary>
    public async Task<string> BuildAsync(string text)
    {
        var request = Configure(text, new BuildRequest
        {
            PackerfilePath = _context.Write("GGUFPackerfile", text.Replace("@REGISTRY@", _registry.Host, StringComparison.Ordinal)),
            ContextDirectory = _context.Path,
            FetchFiles = true,
            Threads = 1,
        });
        var engine = new EmbeddedBuildEngine(_store, new BuildEnvironment { Registries = _client });
        var image = (await engine.BuildAsync(request, progress: null, TestContext.Current.CancellationToken)).Images[0];
        var description = new StringBuilder();
        foreach (var manifest in image.Platforms.IsEmpty ? [image.Manifest] : image.Platforms)
        {
            Describe(description, new ImageContent(_store, manifest.Digest));
        }

        return description.Replace(_registry.Host, "registry.test").ToString();
    }

    // "# $ --build-arg A=b --platform linux/amd64,linux/arm64 --target stage --label a=b" at the top.
    private static BuildRequest Configure(string text, BuildRequest request)
    {
        var words = text.StartsWith(Directive, StringComparison.Ordinal) ? text[Directive.Length..text.IndexOf('\n', StringComparison.Ordinal)].Split(' ') : [];
        for (var i = 0; i + 1 < words.Length; i += 2)
        {
            var value = words[i + 1].Split('=', 2);
            request = words[i] switch
            {
                "--build-arg" => request with { BuildArguments = request.BuildArguments.Add(value[0], value[1]) },
                "--label" => request with { Labels = request.Labels.Add(value[0], value[1]) },
                "--platform" => request with { Platforms = [.. value[0].Split(',').Select(Platform.Parse)] },
                "--target" => request with { Targets = [new BuildTarget { Stage = value[0] }] },
                var other => throw new InvalidOperationException(other),
            };
        }

        return request;
    }

    private static void Describe(StringBuilder output, ImageContent image)
    {
        foreach (var (path, entry) in image.Files())
        {
            output.Append(CultureInfo.InvariantCulture, $"{entry.Kind} {Convert.ToString(entry.Mode, 8)} {entry.UserId}:{entry.GroupId} /{path}");
            output.Append(entry.Kind switch
            {
                LayerEntryKind.File => string.Create(CultureInfo.InvariantCulture, $" {entry.Size} {(entry.Content.IsEmpty ? "" : entry.Content.Hex)}"),
                LayerEntryKind.SymbolicLink => $" -> {entry.LinkTarget}",
                _ => "",
            }).Append('\n');
        }

        foreach (var diffId in image.Config.DiffIds)
        {
            output.Append(CultureInfo.InvariantCulture, $"layer {diffId}\n");
        }

        // The headers are long, and golden elsewhere.
        var config = JsonNode.Parse(image.Config.ToBytes())!;
        foreach (var file in Headers(config["config"]))
        {
            file["GGUF"] = Digest.Of(Encoding.UTF8.GetBytes(file["GGUF"]!.ToJsonString())).Hex;
        }

        output.Append("config ").Append(config.ToJsonString()).Append('\n');
    }

    private static IEnumerable<JsonNode> Headers(JsonNode? node) => node switch
    {
        JsonObject file when file.ContainsKey("GGUF") => [file],
        JsonObject members => members.SelectMany(member => Headers(member.Value)),
        JsonArray items => items.SelectMany(Headers),
        _ => [],
    };

    private static byte[] Links()
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            Write(new UstarTarEntry(TarEntryType.Directory, "usr/lib") { Mode = (UnixFileMode)0x1ED });
            Write(new UstarTarEntry(TarEntryType.RegularFile, "usr/lib/old.txt") { DataStream = new MemoryStream("old"u8.ToArray()) });
            Write(new UstarTarEntry(TarEntryType.SymbolicLink, "lib") { LinkName = "usr/lib" });
            Write(new UstarTarEntry(TarEntryType.SymbolicLink, "usr/lib/alias.txt") { LinkName = "old.txt" });
            Write(new UstarTarEntry(TarEntryType.HardLink, "hard.txt") { LinkName = "usr/lib/old.txt" });

            void Write(UstarTarEntry entry)
            {
                entry.ModificationTime = DateTimeOffset.UnixEpoch;
                writer.WriteEntry(entry);
            }
        }

        return tar.ToArray();
    }
}
