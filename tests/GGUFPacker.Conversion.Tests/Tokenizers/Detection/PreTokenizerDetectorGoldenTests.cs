using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Conversion.Tokenizers.Detection;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Tokenizers.Detection;

/// <summary>
/// The goldens' own tokenizers are not in llama.cpp's table, so the reference was told a name. What is found from the structure must split text as that name does.
/// </summary>
public sealed class PreTokenizerDetectorGoldenTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Checkpoints() => NamedCheckpoints().Select(row => new TheoryDataRow<string, string>(row.Model, row.Expected));

    private static IEnumerable<(string Model, string Expected)> NamedCheckpoints()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Goldens.Files("convert/expected", "*.json"))
        {
            using var golden = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = golden.RootElement;
            var model = (root.TryGetProperty("model", out var named) ? named : root.GetProperty("case")).GetString()!;
            var expected = root.TryGetProperty("pre", out var pre) ? pre.GetString() : WrittenName(root);
            if (expected is not (null or "default") && seen.Add(model))
            {
                yield return (model, expected);
            }
        }
    }

    [Theory]
    [GoldenData(nameof(Checkpoints))]
    public void A_tokenizer_is_found_to_split_text_as_the_reference_was_told(string model, string expected)
    {
        var files = GoldenCheckpoint.Open(model);
        if (files is null || !files.Exists("tokenizer.json"))
        {
            Assert.Skip("The checkpoint has no tokenizer.json here.");
        }

        AutoTokenizer tokenizer;
        try
        {
            tokenizer = AutoTokenizer.Load(files);
        }
        catch (CheckpointException exception) when (model.StartsWith("ct-err-", StringComparison.Ordinal))
        {
            Assert.Skip($"The checkpoint is broken on purpose: {exception.Message}");
            return;
        }

        if (tokenizer.Definition.ModelType != "BPE")
        {
            Assert.Skip($"{tokenizer.Definition.ModelType} tokenizers have no pre-tokenizer to find.");
        }

        var detection = PreTokenizerDetector.Detect(tokenizer, Configuration(files));

        Assert.Equal(FamilyOf(expected), FamilyOf(detection.Name));
        Assert.Equal(model.StartsWith("vocab-", StringComparison.Ordinal),
            detection.Source == PreTokenizerSource.Hash);
    }

    private static string? WrittenName(JsonElement golden) => golden.TryGetProperty("kv", out var entries)
        ? entries.EnumerateArray().Where(entry => entry.GetProperty("key").ValueEquals("tokenizer.ggml.pre")).Select(entry => entry.GetProperty("value").GetString()).FirstOrDefault()
        : null;

    private static JsonElement Configuration(CheckpointFiles files)
    {
        try
        {
            return CheckpointJson.ReadObjectIfPresent(files, "config.json") ?? default;
        }
        catch (CheckpointException)
        {
            return default;
        }
    }

    private static string FamilyOf(string name) =>
        PreTokenizerCatalog.Instance.Families.FirstOrDefault(family => family.Names.Contains(name))?.Names[0] ?? name;
}
