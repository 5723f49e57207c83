using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Llama 4, the text part: experts stacked already, transposed, with gates and ways up in one; queries and keys are in llama.cpp's order.</summary>
[Family("Llama 4", "Llama4ForConditionalGeneration", "Llama4ForCausalLM", Special = "stacked experts transposed and split, no permutation")]
internal sealed class Llama4(ArchitectureContext context) : Llama(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("llama4",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, FfnUp, FfnUpExps,
        FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, RopeFreqs,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForGpt2(VocabularySize);

    /// <inheritdoc/>
    protected override bool IsPermuted => false;

    /// <inheritdoc/>
    protected override ModelConfig KeyConfig => Config.WithRenamed("intermediate_size_mlp", "intermediate_size");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Contains("gate_up_proj"))
        {
            return
            [
                .. base.Convert(tensor.With(source => source.Transposed().Chunks(-2, 2)[0]).Renamed("gate_up_proj", "gate_proj.weight"), block),
                .. base.Convert(tensor.With(source => source.Transposed().Chunks(-2, 2)[1]).Renamed("gate_up_proj", "up_proj.weight"), block),
            ];
        }

        return base.Convert(tensor.EndsWith("down_proj") ? tensor.With(source => source.Transposed()) with { Name = tensor.Name + ".weight" } : tensor, block);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("interleave_moe_layer_step", Config.Require("interleave_moe_layer_step"));
        writer.Count("expert_feed_forward_length", Config.Require("intermediate_size"));
        if (Config.Contains("layer_types") && Config.Texts("layer_types").All(type => type == "full_attention"))
        {
            writer.Count("attention.sliding_window", 0);
        }
    }
}
