using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Kimi Linear: layers with linear attention (KDA) between those with latent attention; experts stacked.</summary>
[Family("Kimi Linear", "KimiLinearForCausalLM", "KimiLinearModel",
    Special = "MLA split by heads, heads by layer, decay -exp, convolutions reshaped, experts stacked")]
internal sealed class KimiLinear : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("kimi-linear",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps,
        FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, SsmDt, SsmA, SsmNorm, SsmConv1dQ, SsmConv1dK,
        SsmConv1dV, SsmFA, SsmFB, SsmBeta, SsmGA, SsmGB, AttnQA, AttnQB, AttnKvAMqa, AttnKvB, AttnKB, AttnVB, AttnQANorm, AttnKvANorm,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public KimiLinear(ArchitectureContext context)
        : base(Gguf, context) => _experts = Stacks("model.layers.{bid}.block_sparse_moe.experts.{xid}.{part}.weight", "w1", "w2", "w3");

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForKimiLinear(VocabularySize);

    /// <inheritdoc/>
    protected override ModelConfig KeyConfig => Config.With("num_key_value_heads", 1);

    /// <summary>The sizes of latent attention, which may have llama.cpp's names too.</summary>
    private ModelConfig Latent => Config.Contains("n_embd_head_v_mla") ? Config.WithRenamed("n_embd_head_v_mla", "v_head_dim") : Config;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        tensor = DeltaAttention.Convert(tensor, source => source.NegativeExponential());
        if (tensor.Contains("block_sparse_moe.experts"))
        {
            return MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")));
        }

        return !tensor.EndsWith("kv_b_proj.weight") ? Map(tensor) : MapAll(
        [
            tensor.With(source => LatentAttention.Keys(source, Latent)).Renamed("kv_b_proj", "k_b_proj"),
            tensor.With(source => LatentAttention.Values(source, Latent)).Renamed("kv_b_proj", "v_b_proj"),
        ]);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        var linear = Config.Part("linear_attn_config");
        _ = linear.Require("full_attn_layers");
        writer.Counts("attention.head_count_kv", DeltaAttention.KeyHeads(linear, LayerCount), "full_attn_layers");
        writer.Count("ssm.conv_kernel", linear.Find("short_conv_kernel_size"));
        writer.Count("kda.head_dim", linear.Find("head_dim"));
        writer.Count("attention.q_lora_rank", Config.Find("q_lora_rank", "n_lora_q"));

        var rank = Config.RequireInteger("kv_lora_rank", "n_lora_kv");
        var rotated = Config.RequireInteger("qk_rope_head_dim", "n_rot");
        writer.Count("attention.kv_lora_rank", rank, "kv_lora_rank");
        writer.Count("rope.dimension_count", rotated, "qk_rope_head_dim");
        writer.Count("attention.key_length", rank + rotated, "kv_lora_rank");
        if ((Config.Integer("n_embd_head_k_mla") ?? (Config.Integer("qk_nope_head_dim") + rotated)) is { } keyLength)
        {
            writer.Count("attention.key_length_mla", keyLength, "qk_nope_head_dim");
        }

        writer.Count("attention.value_length_mla", Config.Find("n_embd_head_v_mla") ?? Config.Find("v_head_dim"));
        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size"));
        writer.Count("expert_shared_count", Config.Require("num_shared_experts"));
        writer.Count("leading_dense_block_count", Config.Require("first_k_dense_replace"));
        writer.Real("expert_weights_scale", Config.Require("routed_scaling_factor"));
    }
}
