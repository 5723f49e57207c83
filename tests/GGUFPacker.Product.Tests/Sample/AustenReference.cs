using System.Text.Json;
using GGUFPacker.Testing;

namespace GGUFPacker.Product.Tests.Sample;

/// <summary>goldens/austen/reference.json: the files that llama.cpp makes of the sample's checkpoint, and what its library does with them.</summary>
internal static class AustenReference
{
    private static readonly Lazy<JsonElement?> Lazy = new(() =>
    {
        var path = Goldens.InRepository("austen", "reference.json");
        if (!File.Exists(path))
        {
            return null;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    });

    /// <summary>The names of the files, such as <c>Q4_K_M</c>, <c>Q8_0 by CONVERT</c> or <c>Q4_0 with imatrix</c>.</summary>
    public static IEnumerable<string> Files => Lazy.Value?.GetProperty("perplexity").GetProperty("files").EnumerateObject().Select(file => file.Name) ?? [];

    /// <summary>What is recorded.</summary>
    public static JsonElement Root => Lazy.Value!.Value;

    /// <summary>What is recorded about a file.</summary>
    public static JsonElement Of(string name) => Root.GetProperty("perplexity").GetProperty("files").GetProperty(name);
}
