using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>PLM: latent attention in a small dense model.</summary>
[Family("PLM", "PLMForCausalLM")]
internal sealed class Plm(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("plm",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnOutput, FfnNorm, FfnUp, FfnDown, AttnKvAMqa, AttnKvB, AttnKvANorm,
    ]);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var rotary = Config.RequireInteger("qk_rope_head_dim");
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("attention.kv_lora_rank", Config.Require("kv_lora_rank"));
        writer.Count("attention.key_length", Config.RequireInteger("qk_nope_head_dim") + rotary, "qk_nope_head_dim");
        writer.Count("attention.value_length", Config.Require("v_head_dim"));
        writer.Count("rope.dimension_count", rotary, "qk_rope_head_dim");
    }
}
