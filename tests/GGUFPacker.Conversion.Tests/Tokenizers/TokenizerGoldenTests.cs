using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>The tokenizer.* keys of every conversion in the goldens, in order.</summary>
public sealed class TokenizerGoldenTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases() =>
        Goldens.Files("convert/expected", "*.json").Select(path => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(path)));

    [Theory]
    [GoldenData(nameof(Cases))]
    public void Tokenizer_keys_are_those_of_the_reference(string name)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path("convert", "expected", $"{name}.json")));
        var root = golden.RootElement;
        var expected = KeyValues(root).Where(IsTokenizer).ToList();
        Assert.SkipWhen(expected.Count == 0, "The conversion writes no tokenizer.");
        Assert.SkipWhen(root.GetProperty("options").EnumerateArray().Any(option => option.ValueEquals("--bigendian")), "The hashes are of big-endian elements.");

        var files = GoldenCheckpoint.Open((root.TryGetProperty("model", out var model) ? model : root.GetProperty("case")).GetString()!);
        if (files is null)
        {
            Assert.Skip("The checkpoint is not in this set of goldens.");
        }

        var builder = new GgufMetadata.Builder();
        Load(files, root).WriteTo(builder, KeyValues(root).First().GetProperty("value").GetString()!);
        var metadata = builder.Build();

        // What an architecture writes among its hyperparameters comes first, and is not the tokenizer's unless that sets it again.
        var parameters = KeyValues(root).TakeWhile(entry => !entry.GetProperty("key").ValueEquals("general.quantization_version"))
            .ToDictionary(entry => entry.GetProperty("key").GetString()!, entry => entry, StringComparer.Ordinal);
        var actual = parameters.Where(entry => IsTokenizer(entry.Value))
            .Select(entry => metadata[entry.Key] is { } value ? GoldenKeyValue.Describe(entry.Key, value) : GoldenKeyValue.Describe(entry.Value))
            .Concat(metadata.Where(entry => !parameters.ContainsKey(entry.Key)).Select(entry => GoldenKeyValue.Describe(entry.Key, entry.Value)));
        Assert.Equal(expected.Select(GoldenKeyValue.Describe), actual);
    }

    // The vocabulary's size may stand among the keys, under the architecture's name.
    private static bool IsTokenizer(JsonElement entry) => entry.GetProperty("key").GetString() is { } key
        && (key.StartsWith("tokenizer.", StringComparison.Ordinal) || key.EndsWith(".vocab_size", StringComparison.Ordinal));

    private static IEnumerable<JsonElement> KeyValues(JsonElement golden)
    {
        if (golden.TryGetProperty("kv", out var single))
        {
            return single.EnumerateArray();
        }

        return golden.TryGetProperty("files", out var files) ? files[0].GetProperty("kv").EnumerateArray() : [];
    }

    private static GgufTokenizer Load(CheckpointFiles files, JsonElement golden)
    {
        try
        {
            var isMistralFormat = golden.GetProperty("options").EnumerateArray().Any(option => option.ValueEquals("--mistral-format"));
            var request = FamilyRequests.Find(files, isMistralFormat);
            Assert.SkipWhen(request is null, "The family is not listed.");
            return TokenizerLoader.Load(files, request with { PreTokenizer = golden.TryGetProperty("pre", out var pre) ? pre.GetString() : null });
        }
        catch (CheckpointException exception) when (exception.UnsupportedFeature is not null)
        {
            Assert.Skip($"Not supported yet: {exception.UnsupportedFeature}.");
            throw;
        }
    }
}
