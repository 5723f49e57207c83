using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>OLMo 1: norms without weights, rotary permutation of queries and keys, values cut off if config.json says so.</summary>
[Family("OLMo", "OlmoForCausalLM", "OLMoForCausalLM", Special = "rotary permutation")]
internal sealed class Olmo(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("olmo",
    [
        TokenEmbd, Output, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnUp, FfnGate, FfnDown,
    ]);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var heads = Config.RequireInteger("num_attention_heads");
        return Map(
            tensor.EndsWith("q_proj.weight") ? tensor.With(source => source.RotaryPermuted(heads))
            : tensor.EndsWith("k_proj.weight") ? tensor.With(source => source.RotaryPermuted(Config.Find("num_key_value_heads")?.Integer ?? heads))
            : tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Real("attention.layer_norm_epsilon", 1e-5);
        writer.Real("attention.clamp_kqv", Config.Find("clip_qkv"));
    }
}
