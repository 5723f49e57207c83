using System.Text.Json;
using GGUFPacker.Testing;

namespace GGUFPacker.Product.Tests;

/// <summary>The sample's files as llama.cpp makes them.</summary>
internal static class SampleFiles
{
    /// <summary>The types that the sample ships in.</summary>
    public static IReadOnlyList<string> Types { get; } = ["Q8_0", "Q4_K_M", "Q4_0"];

    /// <summary>The SHA-256 of the file of a type.</summary>
    public static string Sha256(string type)
    {
        using var reference = JsonDocument.Parse(File.ReadAllBytes(Goldens.InRepository("austen", "reference.json")));
        return reference.RootElement.GetProperty("perplexity").GetProperty("files").GetProperty(type).GetProperty("sha256").GetString()!;
    }
}
