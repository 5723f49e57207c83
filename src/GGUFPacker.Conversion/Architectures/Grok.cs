using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Grok 1 and 2: soft caps, scales and a mixture of experts, in xAI's own names or those of Hugging Face.</summary>
[Family("Grok", "GrokForCausalLM", "Grok1ForCausalLM", Special = "soft caps, scales, experts stacked")]
internal sealed class Grok(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private const double UsualSoftCap = 30;

    private static readonly GgufArchitecture Gguf = new("grok",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnOutputNorm, AttnRotEmbd, FfnNorm,
        PostFfwNorm, FfnGateInp, FfnUp, FfnUpExps, FfnGate, FfnGateExps, FfnDown, FfnDownExps, LayerOutputNorm,
    ]);

    private static readonly (string Part, string HuggingFacePart)[] Parts = [("linear", "w1"), ("linear_1", "w2"), ("linear_v", "w3")];

    // llama.cpp's converter writes the stacks of all layers that are complete once a tensor comes that is none of an expert.
    private readonly List<NamedTensor> _complete = [];
    private readonly Dictionary<string, ExpertStacks> _stacks = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForQwen2(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (!tensor.Contains(".moe.") && !tensor.Contains(".block_sparse_moe.experts."))
        {
            var stacks = _complete.OrderBy(stack => TensorNameMap.FirstNumber(stack.Name)).ToList();
            _complete.Clear();
            return MapAll([.. stacks, tensor]);
        }

        foreach (var (part, huggingFacePart) in Parts)
        {
            tensor = tensor.EndsWith($".{part}.weight") || tensor.EndsWith($".{huggingFacePart}.weight")
                ? tensor with { Name = tensor.Name.Replace($".{huggingFacePart}.", $".{part}.", StringComparison.Ordinal) }
                : tensor;
        }

        var pattern = tensor.Contains(".moe.")
            ? "transformer.decoder_layer.{bid}.moe.{xid}.{part}.weight"
            : "model.layers.{bid}.block_sparse_moe.experts.{xid}.{part}.weight";
        if (!_stacks.TryGetValue(pattern, out var experts))
        {
            _stacks.Add(pattern, experts = Checked(new ExpertStacks(pattern, [.. Parts.Select(part => part.Part)])
            {
                StackPattern = "transformer.decoder_layer.{bid}.moe.{part}.weight",
            }));
        }

        _complete.AddRange(experts.Take(tensor, block, Config.RequireInteger("num_local_experts")));
        return [];
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        base.Complete();
        if (_complete.Count > 0)
        {
            throw new CheckpointException("Cannot stack the experts: llama.cpp's converter needs another tensor behind the last expert's.");
        }
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Real("attn_logit_softcapping", Config.Number("attn_logit_softcapping") ?? UsualSoftCap);
        writer.Real("router_logit_softcapping", Config.Number("router_logit_softcapping") ?? UsualSoftCap);
        if (Config.IsTrue("final_logit_softcapping"))
        {
            writer.Real("final_logit_softcapping", Config.Find("final_logit_softcapping"));
        }

        writer.Count("expert_feed_forward_length", Config.Find("moe_intermediate_size"));
        if (Config["rope_type"] is not null && Config.Require("rope_type")?.Text is "yarn" or "original")
        {
            writer.Text("rope.scaling.type", "yarn");
            writer.Real("rope.scaling.factor", Config.Require("scaling_factor"));
            writer.Count("rope.scaling.original_context_length", Config.Require("original_max_position_embeddings"));
            writer.Real("rope.scaling.yarn_ext_factor", Config.Require("extrapolation_factor"));
            writer.Real("rope.scaling.yarn_attn_factor", Config.Require("attn_factor"));
            writer.Real("rope.scaling.yarn_beta_fast", Config.Require("beta_fast"));
            writer.Real("rope.scaling.yarn_beta_slow", Config.Require("beta_slow"));
        }

        if (Config.IsTrue("attn_temperature_len"))
        {
            writer.Count("attention.temperature_length", Config.Find("attn_temperature_len"));
        }

        writer.Real("attention.output_scale", Config.Number("attn_output_multiplier") ?? Math.Pow(RopeHead.Dim(Config), -0.5));
        writer.Real("embedding_scale", Config.Require("embedding_multiplier_scale"));
        writer.Real("logit_scale", Config.Require("output_multiplier_scale"));
    }
}
