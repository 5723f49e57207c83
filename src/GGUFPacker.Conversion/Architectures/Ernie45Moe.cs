using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>ERNIE 4.5 with experts. What predicts further tokens is left out.</summary>
[Family("ERNIE 4.5 MoE", "Ernie4_5_MoeForCausalLM", Special = "experts stacked, prediction layers left out")]
internal sealed class Ernie45Moe : Ernie45
{
    private static readonly GgufArchitecture Gguf = new("ernie4_5-moe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps,
        FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp,
    ]);

    private static readonly string[] PredictionPrefixes = ["model.mtp_block.", "model.mtp_emb_norm.", "model.mtp_hidden_norm.", "model.mtp_linear_proj."];

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Ernie45Moe(ArchitectureContext context)
        : base(Gguf, context) => _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "gate_proj", "up_proj", "down_proj");

    /// <inheritdoc/>
    public override string? Select(string name) =>
        PredictionPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length
            && char.IsAsciiDigit(name[prefix.Length]))
            ? null
            : base.Select(name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        tensor.Contains("mlp.experts") ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("moe_num_experts"))) : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("expert_count", Config.Require("moe_num_experts"));
        writer.Count("expert_used_count", Config.Require("moe_k"));
        writer.Count("interleave_moe_layer_step", Config.Require("moe_layer_interval"));
        writer.Count("leading_dense_block_count", Config.Require("moe_layer_start_index"));
        writer.Count("expert_feed_forward_length", Config.Find("moe_intermediate_size"));
        if (Config.Integer("moe_num_shared_experts") is { } shared)
        {
            writer.Count("expert_shared_count", shared, "moe_num_shared_experts");
            if (shared > 0 && Config.Integer("intermediate_size") is { } size && Config.Integer("num_key_value_heads") is > 0 and var heads)
            {
                // A division by the heads makes no sense, but it is what llama.cpp's converter writes.
                writer.Count("expert_shared_feed_forward_length", size / heads, "intermediate_size");
            }
        }
    }
}
