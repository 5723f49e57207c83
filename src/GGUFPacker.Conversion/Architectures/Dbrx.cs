using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>DBRX: the experts of a layer are one matrix for each part, whose rows lie one expert after the other.</summary>
[Family("DBRX", "DbrxForCausalLM", Special = "experts reshaped to three dimensions, those of the way down transposed")]
internal sealed class Dbrx(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("dbrx",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, AttnOutputNorm, FfnGateInp, FfnUpExps, FfnGateExps, FfnDownExps,
    ]);

    private static readonly string[] ExpertParts = ["ffn.experts.mlp.w1", "ffn.experts.mlp.w2", "ffn.experts.mlp.v1"];

    /// <inheritdoc/>
    public override bool IsAlwaysOfOutType(string ggufName) => true;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Contains(".weight") || ExpertParts.FirstOrDefault(tensor.Contains) is not { } part)
        {
            return Map(tensor);
        }

        var feedForward = Config.Part("ffn_config");
        var (experts, size, width) = (
            feedForward.RequireInteger("moe_num_experts"), feedForward.RequireInteger("ffn_hidden_size"), Config.RequireInteger("d_model"));
        var shaped = tensor.With(source => source.Reshaped(experts, size, width));
        return Map(
            (part.EndsWith("w2", StringComparison.Ordinal) ? shaped.With(source => source.Transposed()) : shaped) with { Name = tensor.Name + ".weight" });
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        const double Epsilon = 1e-5;
        var (attention, feedForward) = (Config.Part("attn_config"), Config.Part("ffn_config"));
        writer.Count("block_count", BlockCount, "n_layers");
        writer.Count("context_length", Config.Require("max_seq_len"));
        writer.Count("embedding_length", Config.Require("d_model"));
        writer.Count("feed_forward_length", feedForward.Require("ffn_hidden_size"));
        writer.Count("attention.head_count", Config.Require("n_heads"));
        writer.Count("attention.head_count_kv", attention.Require("kv_n_heads"));
        writer.Real("rope.freq_base", attention.Require("rope_theta"));
        writer.Real("attention.clamp_kqv", attention.Require("clip_qkv"));
        writer.Count("expert_count", feedForward.Require("moe_num_experts"));
        writer.Count("expert_used_count", feedForward.Require("moe_top_k"));
        writer.Real("attention.layer_norm_epsilon", Epsilon);
        writer.FileType();
    }
}
