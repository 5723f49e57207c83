using System.Collections.Concurrent;
using System.Text.Json;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Conversion.Tokenizers.Pipeline;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>The token ids that transformers gives with real vocabularies, row by row.</summary>
public sealed class TokenIdGoldenTests
{
    private static readonly ConcurrentDictionary<string, Lazy<AutoTokenizer?>> Tokenizers = new(StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<AutoTokenizer, Lazy<TextEncoder>> Encoders = new();

    public static IEnumerable<ITheoryDataRow> Rows() => GoldenRows.Of(Goldens.Files("convert/tokens", "*.json").SelectMany(RowsOf));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Encoding_a_text_gives_the_ids_of_transformers(string name, int row)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path("convert", "tokens", $"{name}.json")));
        var test = document.RootElement.GetProperty("tests")[row];
        var model = document.RootElement.GetProperty("model").GetString()!;
        var tokenizer = Tokenizers.GetOrAdd(model, key => new(() => GoldenCheckpoint.Open(key) is { } files ? AutoTokenizer.Load(files) : null)).Value;
        if (tokenizer is null)
        {
            Assert.Skip("The vocabulary is not in this set of goldens.");
        }

        if (tokenizer.Definition.ModelType != "BPE")
        {
            Assert.Skip($"{tokenizer.Definition.ModelType} tokenizers are not encoded yet.");
        }

        var text = test.GetProperty("text").GetString()!;
        var encoder = Encoder(tokenizer);

        Assert.Equal(Ids(test, "ids"), encoder.Encode(text, addSpecialTokens: true));
        Assert.Equal(Ids(test, "plain"), encoder.Encode(text, addSpecialTokens: false));
    }

    private static IEnumerable<(string, int)> RowsOf(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var name = Path.GetFileNameWithoutExtension(path);
        return [.. Enumerable.Range(0, document.RootElement.GetProperty("tests").GetArrayLength()).Select(row => (name, row))];
    }

    private static TextEncoder Encoder(AutoTokenizer tokenizer) => Encoders.GetOrAdd(tokenizer, key => new(() => new TextEncoder(key))).Value;

    private static IEnumerable<int> Ids(JsonElement test, string name) => test.GetProperty(name).EnumerateArray().Select(id => id.GetInt32());
}
