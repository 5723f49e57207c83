using System.Collections.Frozen;
using System.Globalization;
using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The names that DeepSeek V4's checkpoints have for tensors: DeepSeek's own, without "model." and "self_attn.".</summary>
internal static class DeepseekV4Names
{
    private const string LayerPrefix = "layers.";
    private const string PredictionPrefix = "mtp.";
    private const string Weight = ".weight";

    private static readonly FrozenDictionary<string, (TensorKind Kind, string Suffix)> OfModel = new Dictionary<string, (TensorKind, string)>
    {
        ["embed.weight"] = (TokenEmbd, Weight),
        ["norm.weight"] = (OutputNorm, Weight),
        ["head.weight"] = (Output, Weight),
        ["hc_head_fn"] = (HcHeadFn, Weight),
        ["hc_head_base"] = (HcHeadBase, Weight),
        ["hc_head_scale"] = (HcHeadScale, Weight),

        // Those of drafters.
        ["main_proj.weight"] = (Fc, Weight),
        ["main_norm.weight"] = (EncOutputNorm, Weight),
        ["markov_head.markov_w1.weight"] = (DsparkMarkovW1, Weight),
        ["markov_head.markov_w2.weight"] = (DsparkMarkovW2, Weight),
        ["confidence_head.proj.weight"] = (DsparkConfProj, Weight),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, (TensorKind Kind, string Suffix)> OfLayers = new Dictionary<string, (TensorKind, string)>
    {
        ["hc_attn_fn"] = (HcAttnFn, Weight),
        ["hc_attn_base"] = (HcAttnBase, Weight),
        ["hc_attn_scale"] = (HcAttnScale, Weight),
        ["hc_ffn_fn"] = (HcFfnFn, Weight),
        ["hc_ffn_base"] = (HcFfnBase, Weight),
        ["hc_ffn_scale"] = (HcFfnScale, Weight),
        ["attn.attn_sink"] = (AttnSinks, Weight),
        ["attn.wq_a.weight"] = (AttnQA, Weight),
        ["attn.wq_b.weight"] = (AttnQB, Weight),
        ["attn.q_norm.weight"] = (AttnQANorm, Weight),
        ["attn.wkv.weight"] = (AttnKv, Weight),
        ["attn.kv_norm.weight"] = (AttnKvNorm, Weight),
        ["attn.wo_a.weight"] = (AttnOutA, Weight),
        ["attn.wo_b.weight"] = (AttnOutB, Weight),
        ["attn.compressor.ape"] = (AttnCompressorApe, Weight),
        ["attn.compressor.wkv.weight"] = (AttnCompressorWkv, Weight),
        ["attn.compressor.wgate.weight"] = (AttnCompressorWgate, Weight),
        ["attn.compressor.norm.weight"] = (AttnCompressorNorm, Weight),
        ["attn.indexer.wq_b.weight"] = (IndexerAttnQB, Weight),
        ["attn.indexer.weights_proj.weight"] = (IndexerProj, Weight),
        ["attn.indexer.compressor.ape"] = (IndexerCompressorApe, Weight),
        ["attn.indexer.compressor.wkv.weight"] = (IndexerCompressorWkv, Weight),
        ["attn.indexer.compressor.wgate.weight"] = (IndexerCompressorWgate, Weight),
        ["attn.indexer.compressor.norm.weight"] = (IndexerCompressorNorm, Weight),
        ["attn_norm.weight"] = (AttnNorm, Weight),
        ["ffn_norm.weight"] = (FfnNorm, Weight),
        ["ffn.gate.weight"] = (FfnGateInp, Weight),
        ["ffn.gate.bias"] = (ExpProbsB, ".bias"),
        ["ffn.gate.bias_vl"] = (FfnExpProbsBVl, ".bias"),
        ["ffn.shared_experts.w1.weight"] = (FfnGateShexp, Weight),
        ["ffn.shared_experts.w2.weight"] = (FfnDownShexp, Weight),
        ["ffn.shared_experts.w3.weight"] = (FfnUpShexp, Weight),
        ["nextn.eh_proj.weight"] = (NextnEhProj, Weight),
        ["nextn.enorm.weight"] = (NextnEnorm, Weight),
        ["nextn.hnorm.weight"] = (NextnHnorm, Weight),
        ["nextn.shared_head_norm.weight"] = (NextnSharedHeadNorm, Weight),
        ["nextn.embed_tokens.weight"] = (NextnEmbedTokens, Weight),
        ["nextn.shared_head_head.weight"] = (NextnSharedHeadHead, Weight),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The kind of a tensor and the end of its GGUF name, or null.</summary>
    public static (TensorKind Kind, string Suffix)? Find(string name)
    {
        if (OfModel.TryGetValue(name, out var found))
        {
            return found;
        }

        var dot = name.StartsWith(LayerPrefix, StringComparison.Ordinal) ? name.IndexOf('.', LayerPrefix.Length) : -1;
        return dot > 0 && OfLayers.TryGetValue(name[(dot + 1)..], out found) ? found : null;
    }

    /// <summary>The name of a tensor of a layer that predicts a further token, as if the layer came behind the others.</summary>
    /// <exception cref="CheckpointException">There is no such layer.</exception>
    public static string OfPrediction(string name, long layerCount, long predictionCount)
    {
        var dot = name.IndexOf('.', PredictionPrefix.Length);
        if (dot < 0
            || !long.TryParse(name.AsSpan(PredictionPrefix.Length, dot - PredictionPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number >= predictionCount)
        {
            throw new CheckpointException($"Cannot convert the tensor '{name}': config.json has {predictionCount} layers that predict further tokens.");
        }

        var part = name[(dot + 1)..];
        return part switch
        {
            "hc_head_fn" or "hc_head_base" or "hc_head_scale" => part,
            "e_proj.weight" or "e_proj.scale" or "h_proj.weight" or "h_proj.scale" or "enorm.weight" or "hnorm.weight" =>
                $"layers.{layerCount + number}.nextn.{part}",
            "norm.weight" => $"layers.{layerCount + number}.nextn.shared_head_norm.weight",
            _ => $"layers.{layerCount + number}.{part}",
        };
    }
}
