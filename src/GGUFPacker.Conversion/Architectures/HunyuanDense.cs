using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Hunyuan, dense: the base of the rotary embedding grows with "alpha" (NTK), and the context is 256K whatever config.json says.</summary>
[Family("Hunyuan", "HunYuanDenseV1ForCausalLM", Special = "NTK alpha becomes the rope base")]
internal class HunyuanDense : ModelArchitecture
{
    private const long ContextLength = 256 * 1024;

    private static readonly GgufArchitecture Gguf = new("hunyuan-dense",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown, AttnQNorm, AttnKNorm,
    ]);

    /// <summary>Creates the converter of a checkpoint.</summary>
    public HunyuanDense(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected HunyuanDense(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForHunyuan(VocabularySize, Config);

    /// <summary>How the rotary embedding is scaled.</summary>
    protected virtual string? RopeType => Rope.Outer.Find("rope_type")?.Text;

    /// <inheritdoc/>
    protected override ModelConfig KeyConfig => Config.Without("num_experts");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        tensor.Name == "lm_head.weight" && Config.IsTrue("tie_word_embeddings") ? [] : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var type = RopeType;
        if (type is not ("dynamic" or "xdrope"))
        {
            return;
        }

        var theta = Rope.Outer.Number("rope_theta") ?? 10000;
        double headDim = Config.RequireInteger("head_dim");
        writer.Real("rope.freq_base", theta * Math.Pow(Rope.Outer.Number("alpha") ?? 50, headDim / (headDim - 2)));
        writer.Text("rope.scaling.type", "none");
        writer.Real("rope.scaling.factor", 1);
        if (type == "dynamic")
        {
            writer.Count("rope.scaling.original_context_length", ContextLength);
            writer.Count("context_length", ContextLength);
            if (theta != 10000 || Config.RequireInteger("max_position_embeddings") is not (32 * 1024 or ContextLength))
            {
                throw new CheckpointException(
                    "Cannot convert: rope_theta and max_position_embeddings of config.json are not those of a Hunyuan that llama.cpp knows.");
            }
        }
    }
}
