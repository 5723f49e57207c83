using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>DFlash drafters: Qwen3 layers that draft a block of tokens at once from states of the target's layers.</summary>
[Family("DFlash drafters", "DFlashDraftModel", "DFlash2DraftModel",
    Special = "as Qwen3; tokenizer of the target (`--target-model-dir`), interleaved rotary embedding reordered")]
internal class DFlash : Qwen3
{
    private const long UsualBlockSize = 16;

    /// <summary>Drafters of all kinds that draft a block at once.</summary>
    public static readonly GgufArchitecture Drafter = new("dflash",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, AttnSinks, FfnNorm, PostFfwNorm,
        FfnGateInp, ExpProbsB, FfnUp, FfnUpExps, FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, AttnQNorm,
        AttnKNorm, LayerOutputScale, AttnQA, AttnQB, AttnQANorm, HcAttnFn, HcAttnBase, HcAttnScale, HcFfnFn, HcFfnBase, HcFfnScale, HcHeadFn,
        HcHeadBase, HcHeadScale, EncOutputNorm, Fc, DsparkMarkovW1, DsparkMarkovW2, DsparkConfProj, DflashAttnConvBase, DflashAttnConvProj,
        DflashFfnConvBase, DflashFfnConvProj, DflashSelectorPrev, DflashSelectorNext, DflashSelectorHidden, AttnKv, AttnKvNorm, AttnOutA, AttnOutB,
        DraftToTarget,
    ]);

    private static readonly string[] Rotated =
        ["self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.q_norm.weight", "self_attn.k_norm.weight"];

    /// <summary>Creates the converter of a checkpoint.</summary>
    public DFlash(ArchitectureContext context)
        : base(Drafter, context)
    {
    }

    /// <inheritdoc/>
    public override CheckpointFiles TokenizerFiles => DraftTarget.Require(Context).Files;

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => DraftTarget.Require(Context).Tokenizer(Context, VocabularySize, MaskToken);

    /// <summary>What config.json has under dflash_config.</summary>
    protected virtual ModelConfig DraftConfig => Config.Part("dflash_config");

    /// <summary>The token that stands for what is to be drafted, or null.</summary>
    protected virtual uint? MaskToken => DraftConfig.Find("mask_token_id")?.TokenId;

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        name = WithPrefix(name);
        return base.Select(name.Contains("sink", StringComparison.Ordinal) && !name.EndsWith(".weight", StringComparison.Ordinal) ? name + ".weight" : name);
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Name == "model.embed_tokens.weight" && Config.Contains("has_embed_tokens") && !Config.IsTrue("has_embed_tokens"))
        {
            return [];
        }

        tensor = Deinterleaved(tensor);
        return base.Convert(
            tensor.Name is "model.candidate_selector.predecessor_codebook" or "model.candidate_selector.successor_codebook"
                ? tensor with { Name = tensor.Name + ".weight" }
                : tensor,
            block);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var own = DraftConfig;
        writer.Count("block_size", own.Contains("block_size") ? own.Require("block_size") : Config.Find("block_size"), UsualBlockSize);
        if (own.Contains("conv_kernel_size"))
        {
            writer.Count("conv_kernel_size", own.Require("conv_kernel_size"));
            writer.Count("conv_group_size", own.Require("conv_group_size"));
            writer.Count("selector_rank", own.Require("selector_rank"));
            writer.Count("selector_top_k", own.Require("selector_top_k"));
        }

        writer.Real("logit_scale", OwnOrRoot("output_multiplier"));
        if (OwnOrRoot("final_logit_softcapping") is { Number: > 0 } softCap)
        {
            writer.Real("final_logit_softcapping", softCap);
        }

        writer.Real("embedding_scale", OwnOrRoot("input_embedding_scale"));
        var layers = own.Contains("target_layer_ids") ? own.Integers("target_layer_ids") : Config.Integers("target_layer_ids");
        writer.Counts("target_layers", layers.Select(layer => layer + 1), "target_layer_ids");
        WriteWindow(writer, own);
        if ((Config.Find("is_causal") ?? own.Find("causal")) is { } causal)
        {
            writer.Flag(
                "attention.causal", causal.Element.ValueKind == JsonValueKind.True || (causal.Element.ValueKind != JsonValueKind.False && causal.Number != 0));
        }

        if (DraftTarget.Find(Context)?.HasRopeSections == true)
        {
            // The drafter turns along one axis alone.
            var head = Config.IntegerOr(0, "head_dim") is not 0 and var dim ? dim : RopeHead.Shared(Config);
            writer.Counts("rope.dimension_sections", [head / 2, 0, 0, 0], "head_dim");
        }
    }

    /// <summary>The name as the checkpoint's filter sees it first: all begin with "model.".</summary>
    protected static string WithPrefix(string name) => name.StartsWith("model.", StringComparison.Ordinal) ? name : "model." + name;

    /// <summary>Heads whose rotated dimensions lie in pairs, with all first ones before all second ones; others as they are.</summary>
    protected NamedTensor Deinterleaved(NamedTensor tensor)
    {
        if (!Config.Contains("rope_is_neox_style") || Config.IsTrue("rope_is_neox_style") || !Rotated.Any(tensor.EndsWith))
        {
            return tensor;
        }

        var half = Config.RequireInteger("head_dim") / 2;
        return tensor.With(source => source.Reshaped([-1, half, 2, .. source.Shape.Skip(1)])
            .Permuted([0, 2, 1, .. Enumerable.Range(3, source.Shape.Length - 1)]).Reshaped(source.Shape.AsSpan()));
    }

    private ConfigValue? OwnOrRoot(string key) => DraftConfig.Contains(key) ? DraftConfig.Find(key) : Config.Find(key);

    private void WriteWindow(ParameterWriter writer, ModelConfig own)
    {
        var isEverywhere = own.IsTrue("use_swa");
        var window = own.IsTrue("swa_window_size") ? own.Find("swa_window_size") : Config.IsTrue("sliding_window") ? Config.Find("sliding_window") : null;
        if (window is null || !(isEverywhere || Config.IsTrue("use_sliding_window")))
        {
            return;
        }

        writer.Count("attention.sliding_window", window);
        writer.Flags("attention.sliding_window_pattern", isEverywhere
            ? Enumerable.Repeat(true, checked((int)BlockCount))
            : Config.Texts("layer_types").Select(type => type == "sliding_attention"));
    }
}
