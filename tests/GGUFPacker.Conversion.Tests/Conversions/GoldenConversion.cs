using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>What the reference made of a checkpoint: one file of an "expected" folder.</summary>
internal sealed record GoldenConversion
{
    /// <summary>The case with variant and outtype: the file's name.</summary>
    public required string Name { get; init; }

    /// <summary>The case alone.</summary>
    public required string Case { get; init; }

    /// <summary>The model's directory under models/.</summary>
    public required string Model { get; init; }

    /// <summary>The name that the directory must have, if it is not the same.</summary>
    public string? DirectoryName { get; init; }

    /// <summary>The reference's command line, with the pre-tokenizer that it was told.</summary>
    public required IReadOnlyList<string> Options { get; init; }

    /// <summary>Whether the output was a directory, so that the file's name is part of the result.</summary>
    public bool IntoDirectory { get; init; }

    /// <summary>For an adapter the base model's directory under models/; null if it is about a model.</summary>
    public string? Base { get; init; }

    /// <summary>Whether the reference failed.</summary>
    public bool Fails { get; init; }

    /// <summary>The files; none if the reference failed.</summary>
    public required IReadOnlyList<GoldenFile> Files { get; init; }

    /// <summary>Reads an expectation.</summary>
    public static GoldenConversion Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = document.RootElement.Clone();
        var options = root.GetProperty("options").EnumerateArray().Select(option => option.GetString()!.Replace("{out}", Goldens.Path("convert"), StringComparison.Ordinal)).ToList();
        if (Text(root, "pre") is { } pre)
        {
            options.AddRange(["--pre-tokenizer", pre]);
        }

        var name = Path.GetFileNameWithoutExtension(path);
        return new GoldenConversion
        {
            Name = name,
            Case = Text(root, "case") ?? name,
            Model = Text(root, "adapter") ?? Text(root, "model") ?? Text(root, "case")!,
            DirectoryName = Text(root, "model_dir_name"),
            Options = options,
            IntoDirectory = Text(root, "outfile") == "directory",
            Base = Text(root, "tool") == "lora" ? Text(root, "base") : null,
            Fails = root.TryGetProperty("error", out _),
            Files = root.TryGetProperty("files", out var files) ? [.. files.EnumerateArray().Select(file => new GoldenFile(Text(file, "name")!, file))]
                : root.TryGetProperty("file", out _) ? [new GoldenFile(Text(root, "outname") ?? $"{name}.gguf", root)]
                : [],
        };
    }

    /// <summary>Converts the checkpoint as the reference was told to.</summary>
    /// <param name="files">The checkpoint.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="threads">The number of threads.</param>
    public async Task<IReadOnlyList<string>> ConvertAsync(CheckpointFiles files, string folder, int threads)
    {
        string[] kind = Base switch
        {
            null => [],
            "-" => ["--class", "lora"],
            _ => ["--class", "lora", "--base", Goldens.Path("convert", "models", Base)],
        };
        var line = ConvertCommandLine.Parse([.. Options, .. kind, "model"]);
        var options = line.BasePath is { } basePath ? line.Options with { BaseModel = CheckpointFiles.FromDirectory(basePath) } : line.Options;
        var named = DirectoryName is { } name ? new CheckpointFiles(name, files.Names.Select(file => KeyValuePair.Create(file, files.PathOf(file)))) : files;
        var output = IntoDirectory ? folder : Path.Combine(folder, $"{Name}.gguf");
        return await ModelConversion.RunAsync(named, output, options, new GgufWriteOptions { Threads = threads });
    }

    private static string? Text(JsonElement json, string key) => json.TryGetProperty(key, out var value) ? value.GetString() : null;
}
