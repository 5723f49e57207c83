using System.Text.Json;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Conversion.Tokenizers.Pipeline;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Tokenizers.Pipeline;

/// <summary>
/// How Hugging Face's tokenizers library (0.23.2, with Oniguruma) splits texts by random pre-tokenizer steps and normalizers: steps.json beside this file.
/// </summary>
[ReadsGoldens]
public sealed class StepGoldenTests
{
    public static IEnumerable<TheoryDataRow<int>> Rows()
    {
        using var document = Open();
        for (var row = 0; row < document.RootElement.GetArrayLength(); row++)
        {
            yield return new TheoryDataRow<int>(row);
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_step_splits_texts_as_the_library_does(int row)
    {
        using var document = Open();
        var golden = document.RootElement[row];
        var normalizer = new TextNormalizer(golden.TryGetProperty("normalizer", out var step) ? [ReadStep(step)] : []);
        var preTokenizer = new TextPreTokenizer([ReadStep(golden.GetProperty("step")), ReadStep(ByteLevel)]);

        foreach (var test in golden.GetProperty("rows").EnumerateArray())
        {
            var text = test.GetProperty("text").GetString()!;
            var pieces = preTokenizer.Split([new TextPiece(normalizer.Normalize(text), IsAtStart: true)]);

            Assert.Equal(test.GetProperty("pieces").EnumerateArray().Select(piece => piece.GetString()!), pieces.Select(piece => piece.Text));
        }
    }

    private static JsonElement ByteLevel
    {
        get
        {
            using var document = JsonDocument.Parse("""{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}""");
            return document.RootElement.Clone();
        }
    }

    private static JsonDocument Open() => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Tokenizers", "Pipeline", "steps.json")));

    private static TokenizerStep ReadStep(JsonElement element) => new(element.GetProperty("type").GetString()!, element);
}
