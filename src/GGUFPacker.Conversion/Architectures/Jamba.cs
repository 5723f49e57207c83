using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Jamba: Mamba layers with attention in each n-th, experts in each m-th; a layer without has one that counts as none.</summary>
[Family("Jamba", "JambaForCausalLM", Special = "state space decay -exp, convolution squeezed, heads by layer, experts stacked")]
internal sealed class Jamba : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("jamba",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUp, FfnUpExps, FfnGate,
        FfnGateExps, FfnDown, FfnDownExps, SsmIn, SsmConv1d, SsmX, SsmDt, SsmDtNorm, SsmA, SsmBNorm, SsmCNorm, SsmD, SsmOut,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Jamba(ArchitectureContext context)
        : base(Gguf, context)
    {
        _experts = Checked(new ExpertStacks("model.layers.{bid}.feed_forward.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj")
        {
            StackPattern = "model.layers.{bid}.mlp.experts.{part}.weight",
        });
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForJamba(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        tensor = tensor.Renamed(".moe.", ".feed_forward.");
        if (block is { } number && !IsPeriodic(number, "expert_layer_offset", "expert_layer_period"))
        {
            tensor = tensor.Renamed(".experts.0.", ".");
        }

        return tensor.Contains(".feed_forward.experts.")
            ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")))
            : Map(StateSpaceTensors.Mamba(tensor, Names.Find(tensor.Name)?.Kind));
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var embeddingLength = Config.RequireInteger("hidden_size", "mamba_d_model");
        var heads = Config.RequireInteger("num_key_value_heads");
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("context_length", Config.Require("max_position_embeddings", "n_ctx"));
        writer.Count("embedding_length", embeddingLength, "hidden_size");
        writer.Count("feed_forward_length", Config.Require("intermediate_size"));
        writer.Count("attention.head_count", Config.Require("num_attention_heads"));
        writer.Counts(
            "attention.head_count_kv",
            Enumerable.Range(0, checked((int)BlockCount)).Select(layer => IsPeriodic(layer, "attn_layer_offset", "attn_layer_period") ? heads : 0),
            "num_key_value_heads");
        writer.Count("ssm.conv_kernel", Config.IntegerOr(4, "mamba_d_conv"), "mamba_d_conv");
        writer.Count("ssm.inner_size", Config.RequireInteger("mamba_expand") * embeddingLength, "mamba_expand");
        writer.Count("ssm.state_size", Config.IntegerOr(16, "mamba_d_state"), "mamba_d_state");
        writer.Count("ssm.time_step_rank", Config.IntegerOr((embeddingLength + 15) / 16, "mamba_dt_rank"), "mamba_dt_rank");
        writer.Real("attention.layer_norm_rms_epsilon", Config.Number("layer_norm_epsilon", "rms_norm_eps") is { } epsilon and not 0 ? epsilon : 1e-6);
        writer.Count("expert_count", Config.Require("num_local_experts", "num_experts"));
        writer.Count("expert_used_count", Config.Require("num_experts_per_tok", "num_experts_per_token"));
        writer.FileType();
    }

    private bool IsPeriodic(long layer, string offsetKey, string periodKey)
    {
        var offset = Config.RequireInteger(offsetKey);
        return layer >= offset && (layer - offset) % Math.Max(Config.RequireInteger(periodKey), 1) == 0;
    }
}
