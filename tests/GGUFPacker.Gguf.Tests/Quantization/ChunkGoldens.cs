using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization;

/// <summary>The files of goldens/quant/chunks and the input vectors that they name.</summary>
internal static class ChunkGoldens
{
    private const string Folder = "quant/chunks";
    private static readonly ConcurrentDictionary<string, JsonElement> Documents = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, float[]> Vectors = new(StringComparer.Ordinal);

    /// <summary>The names of the types that have a file.</summary>
    public static IEnumerable<string> Types => Goldens.Files(Folder, "*.json")
        .Select(path => Path.GetFileNameWithoutExtension(path))
        .Where(name => name is not ("inputs" or "dequantize"));

    /// <summary>Whether there is such a file.</summary>
    public static bool Exists(string name) => File.Exists(Goldens.Path("quant", "chunks", name + ".json"));

    /// <summary>A file, parsed once.</summary>
    public static JsonElement Read(string name) => Documents.GetOrAdd(name, static name =>
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path("quant", "chunks", name + ".json")));
        return document.RootElement.Clone();
    });

    /// <summary>An input vector, generated once.</summary>
    public static float[] Vector(string name) => Generate("vectors", name);

    /// <summary>An importance matrix, generated once.</summary>
    public static float[] Importance(string name) => Generate("imatrices", name);

    /// <summary>SHA-256 in lower-case hex.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static float[] Generate(string kind, string name) => Vectors.GetOrAdd($"{kind} {name}", _ =>
    {
        var entry = Read("inputs").GetProperty(kind).GetProperty(name);
        return FormulaVectors.Generate(entry.GetProperty("spec"), entry.GetProperty("n").GetInt32());
    });
}
