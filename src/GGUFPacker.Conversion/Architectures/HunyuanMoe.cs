using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Hunyuan-A13B: sizes of the experts by layer, which must all be equal; the context is 256K if the rotary embedding is scaled.</summary>
[Family("Hunyuan MoE", "HunYuanMoEV1ForCausalLM", Special = "NTK alpha becomes the rope base, experts stacked")]
internal sealed class HunyuanMoe : ModelArchitecture
{
    private const long ContextLength = 256 * 1024;

    private static readonly GgufArchitecture Gguf = new("hunyuan-moe",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUpExps, FfnUpShexp,
        FfnGateExps, FfnGateShexp, FfnDownExps, FfnDownShexp, AttnQNorm, AttnKNorm,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public HunyuanMoe(ArchitectureContext context)
        : base(Gguf, context) => _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForHunyuanMoe(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Name == "lm_head.weight" && Config.IsTrue("tie_word_embeddings"))
        {
            return [];
        }

        return tensor.Contains("mlp.experts")
            ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")))
            : Map(tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("expert_shared_feed_forward_length", Config.Require("intermediate_size"));
        writer.Count("expert_feed_forward_length", OfAllLayers("moe_intermediate_size"), "moe_intermediate_size");
        writer.Count("expert_used_count", OfAllLayers("moe_topk"), "moe_topk");
        writer.Count("expert_shared_count", OfAllLayers("num_shared_expert"), "num_shared_expert");
        if (Rope.Outer.Find("rope_type")?.Text != "dynamic")
        {
            return;
        }

        const double Alpha = 1000, Theta = 10000, HeadDim = 128;
        writer.Real("rope.freq_base", Theta * Math.Pow(Alpha, HeadDim / (HeadDim - 2)));
        writer.Text("rope.scaling.type", "none");
        writer.Real("rope.scaling.factor", 1);
        writer.Count("rope.scaling.original_context_length", ContextLength);
        writer.Count("context_length", ContextLength);
        if ((Rope.Outer.Number("alpha") ?? Alpha) != Alpha || (Rope.Outer.Number("rope_theta") ?? Theta) != Theta || RopeHead.Shared(Config) != HeadDim
            || Config.RequireInteger("max_position_embeddings") is not (32 * 1024 or ContextLength))
        {
            throw new CheckpointException(
                "Cannot convert: rope_scaling, head size and max_position_embeddings of config.json are not those of a Hunyuan that llama.cpp knows.");
        }
    }

    private long OfAllLayers(string key)
    {
        _ = Config.Require(key);
        var values = Config.Integers(key);
        return values.Count > 0 && values.All(value => value == values[0])
            ? values[0]
            : throw new CheckpointException($"Cannot convert: '{key}' of config.json must be the same for all layers.");
    }
}
