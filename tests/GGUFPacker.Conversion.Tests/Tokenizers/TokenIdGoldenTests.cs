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

    private static readonly ConcurrentDictionary<string, Lazy<SentencePieceEncoder>> SentencePieceEncoders = new(StringComparer.Ordinal);

    public static IEnumerable<TheoryDataRow<string, int>> Rows() => Goldens.Files("convert/tokens", "*.json").SelectMany(RowsOf);

    [Theory]
    [GoldenData(nameof(Rows))]
    public void Encoding_a_text_gives_the_ids_of_transformers(string name, int row)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path("convert", "tokens", $"{name}.json")));
        var test = document.RootElement.GetProperty("tests")[row];
        var model = document.RootElement.GetProperty("model").GetString()!;
        var tokenizer = Tokenizers.GetOrAdd(model, key => new(() => GoldenCheckpoint.Open(key) is { } files ? AutoTokenizer.Load(files) : null)).Value;
        Assert.SkipWhen(tokenizer is null, "The vocabulary is not in this set of goldens.");
        var text = test.GetProperty("text").GetString()!;
        var encoder = Encoder(tokenizer);

        Assert.Equal(Ids(test, "ids"), encoder.Encode(text, addSpecialTokens: true));
        Assert.Equal(Ids(test, "plain"), encoder.Encode(text, addSpecialTokens: false));
        if (test.TryGetProperty("spm", out _))
        {
            Assert.Equal(Ids(test, "spm"), SentencePiece(model).Encode(text));
        }
    }

    private static SentencePieceEncoder SentencePiece(string model) => SentencePieceEncoders.GetOrAdd(model, key => new(() =>
    {
        var files = GoldenCheckpoint.Open(key)!;
        return new SentencePieceEncoder(SentencePieceModel.Read(SentencePieceModel.FileName, files.ReadAllBytes(SentencePieceModel.FileName)));
    })).Value;

    private static IEnumerable<TheoryDataRow<string, int>> RowsOf(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var name = Path.GetFileNameWithoutExtension(path);
        return [.. Enumerable.Range(0, document.RootElement.GetProperty("tests").GetArrayLength()).Select(row => new TheoryDataRow<string, int>(name, row))];
    }

    private static TextEncoder Encoder(AutoTokenizer tokenizer) => Encoders.GetOrAdd(tokenizer, key => new(() => new TextEncoder(key))).Value;

    private static IEnumerable<int> Ids(JsonElement test, string name) => test.GetProperty(name).EnumerateArray().Select(id => id.GetInt32());
}
