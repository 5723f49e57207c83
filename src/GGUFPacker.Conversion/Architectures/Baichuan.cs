using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Baichuan 1 and 2: query, key and value lie in one matrix.</summary>
[Family("Baichuan", "BaichuanForCausalLM", "BaiChuanForCausalLM", Special = "fused query, key and value split; rotary permutation")]
internal sealed class Baichuan(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("baichuan",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForSentencePiece(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => tensor.Contains(".self_attn.W_pack.")
        ? MapAll(
        [
            tensor.With(source => RotaryGroups.Permute(source.Chunks(0, 3)[0], Config, ofKeys: false)).Renamed("W_pack", "q_proj"),
            tensor.With(source => RotaryGroups.Permute(source.Chunks(0, 3)[1], Config, ofKeys: true)).Renamed("W_pack", "k_proj"),
            tensor.With(source => source.Chunks(0, 3)[2]).Renamed("W_pack", "v_proj"),
        ])
        : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Text("tensor_data_layout", "Meta AI original pth");
        writer.Count("rope.dimension_count", RopeHead.Shared(Config));
    }
}
