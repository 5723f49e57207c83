using System.Text.Json;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Importance;

/// <summary>goldens/quant/imatrix: files of importance matrices, most of them as recipes, and what llama-quantize reads from them.</summary>
internal static class ImatrixGoldens
{
    /// <summary>Every recipe, by its file's name.</summary>
    public static Dictionary<string, JsonElement> Recipes() => Rows("recipes.json").ToDictionary(item => item.GetProperty("file").GetString()!, StringComparer.Ordinal);

    /// <summary>Every reading, by its id.</summary>
    public static Dictionary<string, JsonElement> Readings() => Rows("read.json").ToDictionary(item => item.GetProperty("id").GetString()!, StringComparer.Ordinal);

    private static JsonElement[] Rows(string file)
    {
        var path = Goldens.Path("quant", "imatrix", file);
        return File.Exists(path) ? [.. JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.EnumerateArray()] : [];
    }
}
