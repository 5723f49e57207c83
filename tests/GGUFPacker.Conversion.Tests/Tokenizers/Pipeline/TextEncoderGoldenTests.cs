using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Conversion.Tokenizers.Pipeline;

namespace GGUFPacker.Conversion.Tests.Tokenizers.Pipeline;

/// <summary>The ids that Hugging Face's tokenizers library (0.23.2) gives for random texts with the goldens' own small tokenizers: ids-*.json beside this file.</summary>
public sealed class TextEncoderGoldenTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Tokenizers", "Pipeline");

    public static IEnumerable<TheoryDataRow<string>> Models() =>
        Directory.EnumerateFiles(Folder, "ids-*.json").Order(StringComparer.Ordinal)
            .Select(path => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(path)["ids-".Length..]));

    [Theory]
    [MemberData(nameof(Models))]
    public void Encoding_random_texts_gives_the_ids_of_the_library(string model)
    {
        if (GoldenCheckpoint.Open(model) is not { } files)
        {
            Assert.Skip("The checkpoint is not in this set of goldens.");
            return;
        }

        // The library alone: without the files by which transformers changes its tokenizer.
        var encoder = new TextEncoder(AutoTokenizer.Load(new CheckpointFiles(model, [new("tokenizer.json", files.PathOf("tokenizer.json"))])));
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, $"ids-{model}.json")));
        foreach (var row in document.RootElement.EnumerateArray())
        {
            var text = row.GetProperty("text").GetString()!;

            Assert.Equal(Ids(row, "ids"), encoder.Encode(text, addSpecialTokens: true));
            Assert.Equal(Ids(row, "plain"), encoder.Encode(text, addSpecialTokens: false));
        }
    }

    private static IEnumerable<int> Ids(JsonElement row, string name) => row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32());
}
