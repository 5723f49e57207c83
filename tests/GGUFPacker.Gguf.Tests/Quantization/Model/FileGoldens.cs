using System.Text.Json;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

/// <summary>goldens/quant/files: source files as recipes, and what llama-quantize made of them.</summary>
internal static class FileGoldens
{
    /// <summary>Every recipe of a file.</summary>
    public static IEnumerable<string> Sources() => Goldens.Files("quant/files/sources", "*.json").Select(path => Path.GetFileName(path));

    /// <summary>Every case: its group's file, its place there, and its id for the reader.</summary>
    public static IEnumerable<(string File, int Index, string Id)> Cases() =>
        from path in Goldens.Files("quant/files/cases", "*.json")
        from item in Read(path).EnumerateArray().Index()
        select (Path.GetFileName(path), item.Index, item.Item.GetProperty("id").GetString()!);

    /// <summary>The kind of a group, by its file's name: models have a dot in theirs, as in llama-a.f16.json.</summary>
    public static FileGoldenKind KindOf(string file) =>
        file.Contains("+imatrix", StringComparison.Ordinal) ? FileGoldenKind.WeighedTypes
        : Path.GetFileNameWithoutExtension(file).Contains('.', StringComparison.Ordinal) ? FileGoldenKind.Types
        : FileGoldenKind.Options;

    /// <summary>A recipe.</summary>
    public static JsonElement Source(string file) => Read(Goldens.Path("quant", "files", "sources", file));

    /// <summary>The cases of a group, in order.</summary>
    public static JsonElement[] Group(string file) => [.. Read(Goldens.Path("quant", "files", "cases", file)).EnumerateArray()];

    /// <summary>The text inputs: name and text.</summary>
    public static IEnumerable<(string File, string Text)> Texts() =>
        from item in Read(Goldens.Path("quant", "files", "sources.json")).EnumerateObject()
        where item.Value.TryGetProperty("text", out _)
        select (item.Value.GetProperty("file").GetString()!, item.Value.GetProperty("text").GetString()!);

    private static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
