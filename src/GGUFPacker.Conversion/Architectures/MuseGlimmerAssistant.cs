using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The drafter of Muse Glimmer.</summary>
[Family("Muse Glimmer drafter", "MuseGlimmerAssistantModel", Special = "tokenizer of the target (`--target-model-dir`)")]
internal sealed class MuseGlimmerAssistant(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("dflash",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, AttnSinks, FfnNorm, PostFfwNorm,
        FfnUp, FfnGate, FfnDown, AttnQNorm, AttnKNorm, LayerOutputScale, EncOutputNorm, Fc,
    ]);

    /// <inheritdoc/>
    public override CheckpointFiles TokenizerFiles => DraftTarget.Require(Context).Files;

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer =>
        DraftTarget.Require(Context).Tokenizer(Context, VocabularySize, Config.Find("mask_token_id")?.TokenId);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("block_size", Config.Require("block_size"));
        _ = Config.Require("target_layer_ids");
        writer.Counts("target_layers", Config.Integers("target_layer_ids").Select(layer => layer + 1), "target_layer_ids");
        if (Config.IsTrue("sliding_window") && Config.IsTrue("layer_types"))
        {
            writer.Count("attention.sliding_window", Config.Find("sliding_window"));
            writer.Flags("attention.sliding_window_pattern", Config.Texts("layer_types").Select(type => type == "sliding_attention"));
        }
    }
}
