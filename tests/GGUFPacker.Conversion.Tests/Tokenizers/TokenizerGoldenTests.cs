using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>The tokenizer.* keys of every conversion in the goldens, in order.</summary>
public sealed class TokenizerGoldenTests
{
    private static readonly HashSet<string> LlamaFamilies = new(StringComparer.Ordinal) { "LlamaForCausalLM", "LlamaModel", "MistralForCausalLM", "MixtralForCausalLM" };

    // Families whose converter takes tokenizer.model if there is one, else tokenizer.json, and adds nothing.
    private static readonly HashSet<string> PlainFamilies = new(StringComparer.Ordinal)
    {
        "Qwen2ForCausalLM", "Qwen2Model", "Qwen2MoeForCausalLM", "Qwen2VLForConditionalGeneration", "Qwen3ForCausalLM", "Qwen3MoeForCausalLM", "Qwen3NextForCausalLM",
        "Qwen3VLForConditionalGeneration", "Qwen3VLMoeForConditionalGeneration",
    };

    public static IEnumerable<ITheoryDataRow> Cases() => GoldenRows.Of(Goldens.Files("convert/expected", "*.json").Select(path => Path.GetFileNameWithoutExtension(path)!));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tokenizer_keys_are_those_of_the_reference(string name)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path("convert", "expected", $"{name}.json")));
        var root = golden.RootElement;
        var expected = KeyValues(root).Where(entry => entry.GetProperty("key").GetString()!.StartsWith("tokenizer.", StringComparison.Ordinal)).ToList();
        if (expected.Count == 0)
        {
            Assert.Skip("The conversion writes no tokenizer.");
        }

        if (root.GetProperty("options").EnumerateArray().Any(option => option.ValueEquals("--bigendian")))
        {
            Assert.Skip("The hashes are of big-endian elements.");
        }

        var files = GoldenCheckpoint.Open((root.TryGetProperty("model", out var model) ? model : root.GetProperty("case")).GetString()!);
        if (files is null)
        {
            Assert.Skip("The checkpoint is not in this set of goldens.");
        }

        var builder = new GgufMetadata.Builder();
        TokenizerLoader.Load(files, Request(files, root)).WriteTo(builder);

        Assert.Equal(expected.Select(GoldenKeyValue.Describe), builder.Build().Select(entry => GoldenKeyValue.Describe(entry.Key, entry.Value)));
    }

    private static IEnumerable<JsonElement> KeyValues(JsonElement golden)
    {
        if (golden.TryGetProperty("kv", out var single))
        {
            return single.EnumerateArray();
        }

        return golden.TryGetProperty("files", out var files) ? files[0].GetProperty("kv").EnumerateArray() : [];
    }

    private static TokenizerRequest Request(CheckpointFiles files, JsonElement golden)
    {
        var configuration = CheckpointJson.ReadObjectIfPresent(files, "config.json") ?? default;
        var family = configuration.Elements("architectures").Select(element => element.GetString()!).FirstOrDefault("");
        var size = (configuration.Property("text_config")?.Property("vocab_size") ?? configuration.Property("vocab_size"))?.GetInt32();
        var request = LlamaFamilies.Contains(family) ? TokenizerRequest.ForLlama(size ?? 32000)
            : PlainFamilies.Contains(family) ? TokenizerRequest.ForQwen2(size)
            : null;
        if (request is null)
        {
            Assert.Skip($"The family {family} is not converted yet.");
        }

        if (KeyValues(golden).Any(entry => entry.GetProperty("key").ValueEquals("tokenizer.chat_template.rerank")))
        {
            Assert.Skip("Rerankers, whose template comes from the converter, are not converted yet.");
        }

        return request with { PreTokenizer = golden.TryGetProperty("pre", out var pre) ? pre.GetString() : null };
    }
}
