using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using GGUFPacker.Build.Images;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Variables;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Images;

/// <summary>An image of goldens/packer/e2e: what the original made, and what it made it from.</summary>
internal sealed partial class RecordedImage
{
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);

    public required ModelImageOptions Options { get; init; }

    /// <summary>The recorded config, with the label of the time (taken at the build's start) set to the image's time (taken at its end).</summary>
    public required string Expected { get; init; }

    public required bool HasOwnCommand { get; init; }

    public required int FileType { get; init; }

    public ImageConfig? Base => Options.Base;

    public static IEnumerable<string> Folders()
    {
        var root = Goldens.Path("packer", "e2e");
        return Directory.Exists(root)
            ? Directory.EnumerateFiles(root, "config.json", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(root, Path.GetDirectoryName(path)!).Replace('\\', '/')).Order(StringComparer.Ordinal)
            : [];
    }

    public static RecordedImage Read(string folder)
    {
        var parts = folder.Split('/');
        var recorded = File.ReadAllText(Goldens.Path(["packer", "e2e", .. parts, "config.json"]));
        var config = ImageConfig.Parse(Encoding.UTF8.GetBytes(recorded));
        Assert.True(Rfc3339.TryParse(config.Created, out var created));
        var document = PackerfileParser.Parse(Encoding.UTF8.GetBytes(File.ReadAllText(Goldens.Path("packer", "e2e", parts[0], "GGUFPackerfile"))
            .Replace("@TAG@", parts[1], StringComparison.Ordinal)), "GGUFPackerfile");
        Assert.False(document.HasErrors, string.Join('\n', document.Diagnostics));
        var stage = document.Stages[^1];
        var baseName = Chain(document, stage).First().From.BaseName;
        var baseFolder = RepositoryName().Match(baseName) is { Success: true } match ? match.Groups[1].Value : null;
        var baseConfig = baseFolder is null ? null : ImageConfig.Parse(File.ReadAllBytes(Goldens.Path("packer", "e2e", baseFolder, parts[1], "config.json")));
        var recordedLabels = ModelImageConfig.Read(config).Labels;
        var image = new RecordedImage
        {
            HasOwnCommand = stage.Instructions.OfType<CmdInstruction>().Any(),
            FileType = ModelImageConfig.Read(config).Model?.FileType ?? 0,
            Expected = CreatedLabel().Replace(recorded, $"\"org.opencontainers.image.created\":\"{created.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\"")
                .Replace($"\"created\":\"{config.Created}\",\"history\"", $"\"created\":\"{Rfc3339.Format(created)}\",\"history\"", StringComparison.Ordinal),
            Options = new ModelImageOptions
            {
                Platform = config.Platform,
                Created = created,
                Command = stage.Instructions.OfType<CmdInstruction>().Any() ? ModelImageConfig.Read(config).Command : null,
                Labels = OwnLabels(document, stage),
                Base = baseConfig,
                BaseName = recordedLabels.GetValueOrDefault("org.opencontainers.image.base.name"),
                BaseDigest = Digest.TryParse(recordedLabels.GetValueOrDefault("org.opencontainers.image.base.digest"), out var digest) ? digest : null,
                History = config.History[(baseConfig?.History.Length ?? 0)..],
                DiffIds = config.DiffIds[(baseConfig?.DiffIds.Length ?? 0)..],
            },
        };
        image.AddFiles(folder);
        if (baseFolder is not null)
        {
            image.AddFiles($"{baseFolder}/{parts[1]}");
        }

        return image;
    }

    /// <summary>Opens every file, also those of a base image, as the original does.</summary>
    public GgufFile? Open(string path, bool inBase) => GgufFile.Open(_files[path]);

    /// <summary>The layers tell which path has how many bytes, the case which files of the context there are.</summary>
    private void AddFiles(string folder)
    {
        using var caseJson = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path("packer", "e2e", folder.Split('/')[0], "case.json")));
        var sources = caseJson.RootElement.GetProperty("contextFiles").EnumerateObject()
            .Select(file => Goldens.Path(["packer", .. file.Value.GetString()!.Split('/')])).ToArray();
        using var layers = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path(["packer", "e2e", .. folder.Split('/'), "layers.json"])));
        foreach (var entry in layers.RootElement.EnumerateArray().SelectMany(layer => layer.GetProperty("entries").EnumerateArray())
            .Where(entry => entry.GetProperty("type").GetString() == "file"))
        {
            var name = entry.GetProperty("name").GetString()!;
            var size = entry.GetProperty("size").GetInt64();
            var source = Array.Find(sources, path => new FileInfo(path).Length == size);
            if (source is not null)
            {
                _files.TryAdd(ModelCommand.PathInImage(name), source);
            }
        }
    }

    private static ImmutableDictionary<string, string> OwnLabels(PackerfileDocument document, Stage stage)
    {
        var variables = document.GlobalArguments.SelectMany(argument => argument.Arguments)
            .ToDictionary(argument => argument.Key, argument => argument.Value ?? "", StringComparer.Ordinal);
        var labels = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var label in Chain(document, stage).SelectMany(part => part.Instructions).OfType<LabelInstruction>()
            .SelectMany(instruction => instruction.Expand(new WordExpander(document.Escape), variables).Labels))
        {
            labels[label.Key] = label.Value;
        }

        return labels.ToImmutable();
    }

    /// <summary>The stages that a stage is based on, the first one first, and the stage.</summary>
    private static IEnumerable<Stage> Chain(PackerfileDocument document, Stage stage) =>
        document.Stages.Take(stage.Index).LastOrDefault(other => other.Name is not null && other.Name == stage.From.BaseName) is { } parent
            ? Chain(document, parent).Append(stage) : [stage];

    [GeneratedRegex("^[^/]+/golden/([^:@]+)")]
    private static partial Regex RepositoryName();

    [GeneratedRegex("\"org.opencontainers.image.created\":\"[^\"]*\"")]
    private static partial Regex CreatedLabel();
}
