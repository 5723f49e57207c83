using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Spark X2.5: fused query, key and value, gates for each head, layers with and without a sliding window.</summary>
[Family("Spark X2.5", "Spark2_5ForCausalLM", Special = "sliding window and rotated dimensions by kind of layer, widths of attention gates checked")]
internal sealed class Spark25(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("spark2_5",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, AttnGate, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.EndsWith(".self_attn.q_k_v_proj.weight") && block is not null)
        {
            return Map(tensor with { Name = AttnQkv.NameOf(block) });
        }

        var heads = Config.RequireInteger("num_attention_heads");
        return !tensor.EndsWith(".self_attn.g_proj.weight") || tensor.Source.Shape.FirstOrDefault() == heads
            ? Map(tensor)
            : throw new CheckpointException($"Cannot convert the tensor '{tensor.Name}': it must have a row for each of {heads} heads (config.json).");
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var types = Config.Texts("layer_types");
        Demand(types.Count == BlockCount && types.All(type => type is "sliding_attention" or "full_attention"), "layer_types", "a kind for each layer");
        Demand(TextOf("gate_attn_act_mode") == "sigmoid", "gate_attn_act_mode", "sigmoid");
        Demand(Config["headwise_attn_output_gate"]?.ValueKind == JsonValueKind.True, "headwise_attn_output_gate", "true");
        Demand(TextOf("hidden_act") == "gelu", "hidden_act", "gelu");
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("attention.sliding_window", Config.Require("sliding_window"));
        writer.Flags("attention.sliding_window_pattern", types.Select(type => type == "sliding_attention"));
        WriteRotated("rope.dimension_count", "full_attention");
        WriteRotated("rope.dimension_count_swa", "sliding_attention");

        void WriteRotated(string key, string part)
        {
            var factor = Rope.Outer.Part(part).Require("partial_rotary_factor")?.Number ?? 1;
            writer.Count(key, (long)(Config.RequireInteger("head_dim") * factor), "head_dim");
        }
    }

    private static void Demand(bool isMet, string key, string value)
    {
        if (!isMet)
        {
            throw new CheckpointException($"Cannot convert: '{key}' of config.json must be {value}.");
        }
    }

    private string? TextOf(string key) => Config[key] is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
