using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tests.Tokenizers;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Architectures;

/// <summary>Whatever a key of config.json holds, a family converts or says what is wrong.</summary>
public sealed class ConfigurationMutationTests
{
    private const int Rounds = 5;

    private static readonly string[] Values = ["0", "-1", "1", "3", "7", "1e99", "4294967296", "9223372036854775807", "null", "\"x\"", "[]", "[1, 2]", "{}", "true", "0.5", "\"NaN\""];

    public static IEnumerable<TheoryDataRow<string>> Models() =>
        Directory.Exists(Goldens.Path("convert", "models"))
            ? Directory.GetDirectories(Goldens.Path("convert", "models"))
                .Where(path => File.Exists(Path.Combine(path, "config.json")))
                .Select(path => new TheoryDataRow<string>(Path.GetFileName(path)))
            : [];

    [Theory]
    [GoldenData(nameof(Models))]
    public void A_changed_configuration_gives_a_model_or_an_error_of_its_own(string model)
    {
        using var folder = new TemporaryFolder();
        folder.Copy(GoldenCheckpoint.Open(model)!);
        if (TryParse(Path.Combine(folder.Path, "config.json")) is not { } original)
        {
            return;
        }

        var random = new Random(model.Length + model[^1]);
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("GGUFPACKER_MUTATIONS"), out var asked) ? asked : Rounds;
        for (var round = 0; round < rounds; round++)
        {
            var config = original.DeepClone().AsObject();
            var place = config["text_config"] is JsonObject text && random.Next(3) > 0 ? text : config;
            var key = place.Select(entry => entry.Key).ElementAtOrDefault(random.Next(Math.Max(place.Count, 1)));
            if (key is null)
            {
                continue;
            }

            var value = Values[random.Next(Values.Length + 2) is var index && index < Values.Length ? index : 0];
            if (random.Next(5) == 0)
            {
                place.Remove(key);
            }
            else
            {
                place[key] = JsonNode.Parse(value);
            }

            folder.Write("config.json", config.ToJsonString());
            try
            {
                using var converted = ModelConverter.Open(folder.Files, new ConvertOptions { OutType = OutType.Q8_0, PreTokenizer = "llama-bpe" });
                for (var tensor = 0; tensor < converted.Tensors.Length; tensor++)
                {
                    converted.ReadRows(tensor, 0, new byte[converted.Tensors[tensor].RowBytes * Math.Min(converted.Tensors[tensor].Rows, 2)]);
                }
            }
            catch (Exception exception) when (exception is CheckpointException or GgufException)
            {
                Assert.NotEmpty(exception.Message);
            }
            catch (Exception exception)
            {
                Assert.Fail($"{key} = {place[key]?.ToJsonString() ?? "absent or null"}: {exception}");
            }
        }
    }

    private static JsonObject? TryParse(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject;
        }
        catch (System.Text.Json.JsonException)
        {
            // Broken on purpose, or with numbers that JSON does not have.
            return null;
        }
    }
}
