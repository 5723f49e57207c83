using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Mistral 4: the layers of DeepSeek V2 under Mistral 3's name; experts come stacked.</summary>
[Family("Mistral 4", "Mistral4ForCausalLM", ModelType = "mistral4", Special = "MLA split by heads")]
internal sealed class Mistral4(ArchitectureContext context) : Deepseek2(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("mistral4",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQ, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps,
        FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnGateUpExps, FfnDown, FfnDownExps, FfnDownShexp, AttnQA, AttnQB, AttnKvAMqa, AttnKvB,
        AttnKB, AttnVB, AttnQANorm, AttnKvANorm,
    ]);

    /// <inheritdoc/>
    protected override bool SkipsPrediction => false;

    /// <inheritdoc/>
    protected override bool StacksExperts => false;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        base.Convert(tensor.EndsWith(".down_proj") || tensor.EndsWith(".gate_up_proj") ? tensor with { Name = tensor.Name + ".weight" } : tensor, block);
}
