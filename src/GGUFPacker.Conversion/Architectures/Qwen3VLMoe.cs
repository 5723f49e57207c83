using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The text part of Qwen3-VL with experts: where they are stacked, their matrices are transposed.</summary>
[Family("Qwen3-VL MoE", "Qwen3VLMoeForConditionalGeneration", Special = "text part only; number of deepstack layers, stacked experts transposed")]
internal class Qwen3VLMoe : Qwen2Moe
{
    private static readonly GgufArchitecture Gguf = new("qwen3vlmoe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUpExps, FfnGateExps,
        FfnDownExps, AttnQNorm, AttnKNorm,
    ]);

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Qwen3VLMoe(ArchitectureContext context)
        : base(Gguf, context)
    {
    }

    /// <summary>The number of layers of the vision part whose features the text part takes.</summary>
    protected virtual long DeepstackLayers => Qwen3VL.DeepstackLayers(Config);

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name.Replace("thinker.", "", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var stem = tensor.EndsWith(".weight") ? tensor.Name[..^".weight".Length] : tensor.Name;
        if (stem.EndsWith("mlp.experts.down_proj", StringComparison.Ordinal))
        {
            return Map(tensor.With(source => source.Permuted(0, 2, 1)) with { Name = $"{stem}.weight" });
        }

        if (stem.EndsWith("mlp.experts.gate_up_proj", StringComparison.Ordinal))
        {
            var layer = stem[..stem.LastIndexOf('.')];
            return MapAll(
            [
                tensor.With(source => source.Chunks(-1, 2)[0].Permuted(0, 2, 1)) with { Name = $"{layer}.gate_proj.weight" },
                tensor.With(source => source.Chunks(-1, 2)[1].Permuted(0, 2, 1)) with { Name = $"{layer}.up_proj.weight" },
            ]);
        }

        return base.Convert(tensor, block);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("n_deepstack_layers", DeepstackLayers, "deepstack_visual_indexes");
    }
}
