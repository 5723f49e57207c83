using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>
/// What transformers 4.57's configuration classes of multimodal models make of config.json: a key of the vision, audio or text part that is missing has the
/// class's default, of the keys that reach a projector's file. A model type that is not here is used as it is.
/// </summary>
internal static class ProjectorConfigDefaults
{
    private const string Siglip = """
        {"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,"num_attention_heads":12,"image_size":224,"patch_size":16,
         "layer_norm_eps":1e-6,"hidden_act":"gelu_pytorch_tanh"}
        """;
    private const string Siglip2 = """
        {"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,"num_attention_heads":12,"patch_size":16,"layer_norm_eps":1e-6,
         "hidden_act":"gelu_pytorch_tanh"}
        """;
    private const string Idefics3 = """
        {"hidden_size":1152,"intermediate_size":3072,"num_hidden_layers":12,"num_attention_heads":16,"image_size":224,"patch_size":32,
         "layer_norm_eps":1e-6,"hidden_act":"gelu_pytorch_tanh"}
        """;
    private const string Pixtral = """
        {"hidden_size":1024,"intermediate_size":4096,"num_hidden_layers":24,"num_attention_heads":16,"image_size":1024,"patch_size":16,
         "rope_theta":10000.0,"hidden_act":"gelu"}
        """;
    private const string Qwen2Vl = """
        {"depth":32,"embed_dim":1280,"hidden_size":3584,"num_heads":16,"patch_size":14,"spatial_merge_size":2,"hidden_act":"quick_gelu"}
        """;
    private const string Qwen25Vl = """
        {"depth":32,"hidden_size":3584,"intermediate_size":3420,"num_heads":16,"patch_size":14,"spatial_merge_size":2,"hidden_act":"silu",
         "fullatt_block_indexes":[7,15,23,31]}
        """;
    private const string Qwen3Vl = """
        {"depth":27,"hidden_size":1152,"intermediate_size":4304,"num_heads":16,"patch_size":16,"spatial_merge_size":2,
         "num_position_embeddings":2304,"deepstack_visual_indexes":[8,16,24],"hidden_act":"gelu_pytorch_tanh"}
        """;
    private const string Whisper = """{"num_mel_bins":128,"encoder_layers":32,"encoder_attention_heads":20,"encoder_ffn_dim":5120,"d_model":1280}""";

    private static readonly FrozenDictionary<string, Entry> ByModelType = new Dictionary<string, Entry>(StringComparer.Ordinal)
    {
        ["gemma3"] = new(Siglip, null, 2304),
        ["llava"] = new(Pixtral, null, 4096) { VisionType = "pixtral", AssumedType = "clip_vision_model" },
        ["mistral3"] = new(Pixtral, null, 4096) { VisionType = "pixtral", Root = """{"spatial_merge_size":2}""" },
        ["idefics3"] = new(Idefics3, null, 4096) { VisionType = "idefics3_vision", IsFixed = true, Root = """{"scale_factor":2}""" },
        ["smolvlm"] = new(Idefics3, null, 4096) { VisionType = "smolvlm_vision", IsFixed = true, Root = """{"scale_factor":2}""" },
        ["qwen2_vl"] = new(Qwen2Vl, null, 8192) { TakesTextFromRoot = true },
        ["qwen2_5_vl"] = new(Qwen25Vl, null, 8192) { TakesTextFromRoot = true },
        ["qwen3_vl"] = new(Qwen3Vl, null, 4096),
        ["qwen3_vl_moe"] = new(Qwen3Vl, null, 2048),
        ["lfm2_vl"] = new(Siglip2, null, 2560) { Root = """{"downsample_factor":2}""" },
        ["qwen2_audio"] = new(null, Whisper, 4096),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The configuration with the defaults of its model type.</summary>
    public static ModelConfig Apply(ModelConfig config)
    {
        if (config["model_type"] is not { ValueKind: JsonValueKind.String } value || !ByModelType.TryGetValue(value.GetString()!, out var entry))
        {
            return config;
        }

        var additions = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        AddSection("vision_config", entry.Vision);
        AddSection("audio_config", entry.Audio);
        var text = config["text_config"] is { ValueKind: JsonValueKind.Object } json ? JsonObject.Create(json)! : [];
        if (text.Count == 0 && entry.TakesTextFromRoot && config["hidden_size"] is { } hiddenSize)
        {
            text["hidden_size"] = JsonValue.Create(hiddenSize);
        }

        text.TryAdd("hidden_size", entry.TextHiddenSize);
        text.TryAdd("rms_norm_eps", 1e-6);
        additions["text_config"] = JsonElement.Parse(text.ToJsonString());
        using var root = JsonDocument.Parse(entry.Root);
        foreach (var property in root.RootElement.EnumerateObject().Where(property => !config.Contains(property.Name)))
        {
            additions[property.Name] = property.Value.Clone();
        }

        return config.With(additions);

        void AddSection(string name, string? defaults)
        {
            if (defaults is null)
            {
                return;
            }

            var section = config[name] is { ValueKind: JsonValueKind.Object } given ? JsonObject.Create(given)! : [];
            if (entry.VisionType is { } type)
            {
                if (entry.IsFixed)
                {
                    section["model_type"] = type;
                }

                section.TryAdd("model_type", entry.AssumedType ?? type);

                // A part of another kind has another class, whose defaults are not known here.
                if ((section["model_type"] as JsonValue)?.TryGetValue<string>(out var actual) != true || actual != type)
                {
                    additions[name] = JsonElement.Parse(section.ToJsonString());
                    return;
                }
            }

            foreach (var (key, number) in JsonNode.Parse(defaults)!.AsObject())
            {
                if (!section.ContainsKey(key))
                {
                    section[key] = number?.DeepClone();
                }
            }

            additions[name] = JsonElement.Parse(section.ToJsonString());
        }
    }

    /// <summary>The defaults of a model type.</summary>
    /// <param name="Vision">Those of vision_config, or null if it has none.</param>
    /// <param name="Audio">Those of audio_config, or null if it has none.</param>
    /// <param name="TextHiddenSize">The hidden size of the text model.</param>
    private sealed record Entry(string? Vision, string? Audio, int TextHiddenSize)
    {
        /// <summary>Those of the root.</summary>
        public string Root { get; init; } = "{}";

        /// <summary>The model_type of a vision_config with these defaults; null if it is not looked at.</summary>
        public string? VisionType { get; init; }

        /// <summary>Whether vision_config is of that type whatever it says.</summary>
        public bool IsFixed { get; init; }

        /// <summary>The model_type of a vision_config that has none, if it is another.</summary>
        public string? AssumedType { get; init; }

        /// <summary>Whether a configuration without text_config is one of the text model, with a vision_config.</summary>
        public bool TakesTextFromRoot { get; init; }
    }
}
