using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>InternLM 2: each key-value head comes with the query heads that use it, in one matrix.</summary>
[Family("InternLM 2", "InternLM2ForCausalLM", Special = "fused query, key and value split and permuted")]
internal sealed class InternLm2(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("internlm2",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForInternLm2(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (block is null || !tensor.Contains($"model.layers.{block}.attention.wqkv"))
        {
            return Map(tensor);
        }

        var heads = Config.RequireInteger("num_attention_heads");
        var groups = Config.RequireInteger("num_key_value_heads");
        if (heads <= 0 || groups <= 0)
        {
            throw new Checkpoints.CheckpointException("Cannot convert: the numbers of heads in config.json must be greater than 0.");
        }

        var size = Config.RequireInteger("hidden_size");
        var (perGroup, headDim) = (heads / groups, size / heads);
        return MapAll(
        [
            tensor.With(source => Part(source, 0, perGroup).RotaryPermuted(heads)) with { Name = AttnQ.NameOf(block) },
            tensor.With(source => Part(source, perGroup, 1).RotaryPermuted(groups)) with { Name = AttnK.NameOf(block) },
            tensor.With(source => Part(source, perGroup + 1, 1)) with { Name = AttnV.NameOf(block) },
        ]);

        TensorSource Part(TensorSource source, long first, long count) =>
            source.Reshaped(groups, perGroup + 2, headDim, size).Sliced(1, first, count).Reshaped(groups * count * headDim, size);
    }
}
