using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Mistral Small 3.1 and later and Ministral 3, the text part: Llama with YaRN and an attention temperature.</summary>
[Family("Mistral 3, Ministral 3", "Mistral3ForConditionalGeneration", "Ministral3ForCausalLM", Special = "as Llama; yarn with temperature scale")]
internal sealed class Mistral3(ArchitectureContext context) : Llama(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("mistral3",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, FfnUp, FfnUpExps,
        FfnGate, FfnGateExps, FfnDown, FfnDownExps, RopeFreqs,
    ]);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (Config["model_type"] is { } type && new ConfigValue("model_type", type).Text == "ministral3")
        {
            if (Rope.Outer.Require("rope_type")?.Text != "yarn")
            {
                throw new CheckpointException("Cannot convert: 'rope_type' of config.json must be 'yarn' for Ministral 3.");
            }

            writer.Real("rope.scaling.yarn_log_multiplier", Rope.Outer.Require("mscale_all_dim"));
            writer.Real("attention.temperature_scale", Rope.Outer.Require("llama_4_scaling_beta"));
        }
    }
}
