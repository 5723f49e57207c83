using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Command R and Aya 23: no output matrix of its own, logits scaled; model_max_length is the true context.</summary>
[Family("Command R", "CohereForCausalLM", Special = "logit scale, context of model_max_length")]
internal sealed class CommandR(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("command-r",
    [
        TokenEmbd, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnUp, FfnGate, FfnDown, AttnQNorm, AttnKNorm,
    ]);

    /// <inheritdoc/>
    protected override ModelConfig KeyConfig =>
        Config.Contains("model_max_length") ? Config.WithRenamed("model_max_length", "max_position_embeddings") : Config;

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Real("logit_scale", Config.Require("logit_scale"));
        writer.Text("rope.scaling.type", "none");
    }
}
