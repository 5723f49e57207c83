using System.Collections.Concurrent;
using System.IO.Compression;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>A checkpoint of the goldens. Files that lie there gzipped are unpacked beside each other first.</summary>
internal static class GoldenCheckpoint
{
    private static readonly ConcurrentDictionary<string, Lazy<CheckpointFiles>> Opened = new(StringComparer.Ordinal);

    /// <summary>Opens models/<paramref name="name"/>; null if it is not in this set of goldens.</summary>
    public static CheckpointFiles? Open(string name) =>
        Directory.Exists(Goldens.Path("convert", "models", name)) ? Opened.GetOrAdd(name, key => new(() => Unpack(key))).Value : null;

    private static CheckpointFiles Unpack(string name)
    {
        var stored = CheckpointFiles.FromDirectory(Goldens.Path("convert", "models", name));
        var paths = stored.Names.ToDictionary(file => file, stored.PathOf, StringComparer.Ordinal);
        foreach (var file in stored.Names.Where(file => file.EndsWith(".gz", StringComparison.Ordinal)))
        {
            paths.Remove(file);
            paths[file[..^3]] = Inflate(stored, file, $"{name.Replace('/', '-')}-{file[..^3]}");
        }

        // The notes of the goldens: this checkpoint shares the other's tokenizer.json.
        if (name == "vocab-llama-hf" && Open("vocab-llama-spm") is { } other)
        {
            paths["tokenizer.json"] = other.PathOf("tokenizer.json");
        }

        return new CheckpointFiles(stored.Name, paths);
    }

    private static string Inflate(CheckpointFiles stored, string file, string target)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "inflated"));
        var path = Path.Combine(folder.FullName, target);
        using var input = new GZipStream(stored.OpenRead(file), CompressionMode.Decompress);
        using var output = File.Create(path);
        input.CopyTo(output);
        return path;
    }
}
