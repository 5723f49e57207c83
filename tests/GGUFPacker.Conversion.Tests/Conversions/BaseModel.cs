using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tests.Tokenizers;

namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>
/// The models below adapters, converted to F32. The goldens have their configurations and tokenizers only, because adapters are converted without weights;
/// here they get random ones, which are as good to see that an adapter fits and changes something.
/// </summary>
internal static class BaseModel
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Converted = new(StringComparer.Ordinal);

    /// <summary>The converted model of a directory under models/; skips the test if its family's tensors are not described here.</summary>
    public static Task<string> ConvertAsync(string name) => Converted.GetOrAdd(name, key => new(() => MakeAsync(key))).Value;

    private static async Task<string> MakeAsync(string name)
    {
        var stored = GoldenCheckpoint.Open(name)!;
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "bases"));
        var prefix = Path.Combine(folder.FullName, name.Replace('/', '-'));
        var paths = stored.Names.ToDictionary(file => file, stored.PathOf, StringComparer.Ordinal);
        if (!stored.Names.Any(file => file.EndsWith(".safetensors", StringComparison.Ordinal) || file.EndsWith(".bin", StringComparison.Ordinal)))
        {
            using var config = JsonDocument.Parse(stored.ReadAllBytes("config.json"));
            paths["model.safetensors"] = $"{prefix}.safetensors";
            WriteRandom(paths["model.safetensors"], Tensors(config.RootElement));
        }

        return (await ModelConversion.RunAsync(new CheckpointFiles(stored.Name, paths), $"{prefix}.gguf", new ConvertOptions { OutType = OutType.F32 }))[0];
    }

    // The tensors of a decoder with gated feed-forward layers, as the checkpoints of these families name them.
    private static IEnumerable<(string Name, int[] Shape)> Tensors(JsonElement config)
    {
        var family = config.GetProperty("model_type").GetString()!;
        Assert.SkipUnless(family is "llama" or "mistral" or "mixtral" or "qwen2" or "qwen3" or "qwen3_moe" or "gemma3_text", $"The base has no weights, and the tensors of {family} are not described.");
        int Number(string key, int otherwise = 0) => config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : otherwise;
        var (hidden, heads) = (Number("hidden_size"), Number("num_attention_heads"));
        var headLength = Number("head_dim", hidden / heads);
        var (query, key) = (heads * headLength, Number("num_key_value_heads", heads) * headLength);

        yield return ("model.embed_tokens.weight", [Number("vocab_size"), hidden]);
        yield return ("model.norm.weight", [hidden]);
        if (family is not "gemma3_text" && !(config.TryGetProperty("tie_word_embeddings", out var tied) && tied.GetBoolean()))
        {
            yield return ("lm_head.weight", [Number("vocab_size"), hidden]);
        }

        for (var layer = 0; layer < Number("num_hidden_layers"); layer++)
        {
            var prefix = $"model.layers.{layer}";
            (string Name, int Rows, int Columns)[] projections = [("q", query, hidden), ("k", key, hidden), ("v", key, hidden), ("o", hidden, query)];
            foreach (var (name, rows, columns) in projections)
            {
                yield return ($"{prefix}.self_attn.{name}_proj.weight", [rows, columns]);
                if (family is "qwen2" && name is not "o")
                {
                    yield return ($"{prefix}.self_attn.{name}_proj.bias", [rows]);
                }
            }

            string[] headNorms = family is "qwen3" or "qwen3_moe" or "gemma3_text" ? ["q_norm", "k_norm"] : [];
            foreach (var norm in headNorms)
            {
                yield return ($"{prefix}.self_attn.{norm}.weight", [headLength]);
            }

            string[] norms = ["input_layernorm", "post_attention_layernorm", .. family is "gemma3_text" ? new[] { "pre_feedforward_layernorm", "post_feedforward_layernorm" } : []];
            foreach (var norm in norms)
            {
                yield return ($"{prefix}.{norm}.weight", [hidden]);
            }

            var experts = Number("num_local_experts", Number("num_experts"));
            var inner = Number("moe_intermediate_size", Number("intermediate_size"));
            var feedForward = family is "mixtral" ? "block_sparse_moe" : "mlp";
            string[] names = family is "mixtral" ? ["w1", "w3", "w2"] : ["gate_proj", "up_proj", "down_proj"];
            if (experts > 0)
            {
                yield return ($"{prefix}.{feedForward}.gate.weight", [experts, hidden]);
            }

            string[] blocks = experts > 0 ? [.. Enumerable.Range(0, experts).Select(expert => $"{feedForward}.experts.{expert}")] : [feedForward];
            foreach (var block in blocks)
            {
                yield return ($"{prefix}.{block}.{names[0]}.weight", [inner, hidden]);
                yield return ($"{prefix}.{block}.{names[1]}.weight", [inner, hidden]);
                yield return ($"{prefix}.{block}.{names[2]}.weight", [hidden, inner]);
            }
        }
    }

    private static void WriteRandom(string path, IEnumerable<(string Name, int[] Shape)> tensors)
    {
        var (header, length) = (new JsonObject(), 0);
        foreach (var (name, shape) in tensors)
        {
            var end = length + (sizeof(float) * shape.Aggregate((product, dimension) => product * dimension));
            header[name] = new JsonObject { ["dtype"] = "F32", ["shape"] = JsonSerializer.SerializeToNode(shape), ["data_offsets"] = new JsonArray(length, end) };
            length = end;
        }

        var random = new Random(1);
        var values = new float[length / sizeof(float)];
        foreach (ref var value in values.AsSpan())
        {
            value = random.NextSingle() - 0.5f;
        }

        using var file = File.Create(path);
        using var writer = new BinaryWriter(file);
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        writer.Write((long)json.Length);
        writer.Write(json);
        writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }
}
