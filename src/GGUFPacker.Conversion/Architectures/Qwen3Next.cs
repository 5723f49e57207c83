using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Qwen3-Next: three of four layers are a gated delta net, whose projections are regrouped; layers that predict further tokens.</summary>
[Family("Qwen3-Next", "Qwen3NextForCausalLM", ExportsTokenPrediction = true,
    Special = "norms + 1, state space decay -exp, qkvz regrouped by kind, convolution squeezed, multi-token prediction")]
internal class Qwen3Next : Qwen2Moe
{
    private static readonly GgufArchitecture Gguf = new("qwen3next",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, AttnGate, FfnGateInp,
        FfnGateInpShexp, FfnUpExps, FfnUpShexp, FfnGateExps, FfnGateShexp, FfnGateUpExps, FfnDownExps, FfnDownShexp, AttnQNorm, AttnKNorm, SsmIn,
        SsmConv1d, SsmDt, SsmA, SsmNorm, SsmOut, SsmBa, NextnEhProj, NextnEmbedTokens, NextnEnorm, NextnHnorm, NextnSharedHeadHead,
        NextnSharedHeadNorm,
    ]);

    private readonly QwenTokenPrediction _prediction;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Qwen3Next(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Qwen3Next(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context) => _prediction = new QwenTokenPrediction(context.Options.TokenPrediction, LayerCount);

    /// <inheritdoc/>
    public override bool NamesPrediction => true;

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + _prediction.CountLayers(Config);

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name) is { } selected ? _prediction.Select(selected) : null;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.EndsWith(".A_log"))
        {
            tensor = tensor.With(source => source.NegativeExponential());
        }
        else if (tensor.EndsWith(".dt_bias"))
        {
            tensor = tensor with { Name = tensor.Name[..^".dt_bias".Length] + ".dt_proj.bias" };
        }
        else if (tensor.Contains("conv1d"))
        {
            tensor = tensor.With(source => source.Squeezed());
        }
        else if (tensor.EndsWith("norm.weight") && !tensor.EndsWith("linear_attn.norm.weight"))
        {
            tensor = tensor.With(source => source.PlusOne());
        }

        return tensor.Contains("in_proj_qkvz.weight")
            ? [tensor.With(QueryKeyValue) with { Name = AttnQkv.NameOf(block) }, tensor.With(Gate) with { Name = AttnGate.NameOf(block) }]
            : base.Convert(tensor, block);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (BlockCount > LayerCount)
        {
            writer.Count("nextn_predict_layers", BlockCount - LayerCount, "mtp_num_hidden_layers");
        }

        writer.Count("ssm.conv_kernel", Config.Require("linear_conv_kernel_dim"));
        writer.Count("ssm.state_size", Config.Require("linear_key_head_dim"));
        writer.Count("ssm.group_count", Config.Require("linear_num_key_heads"));
        writer.Count("ssm.time_step_rank", Config.Require("linear_num_value_heads"));
        writer.Count(
            "ssm.inner_size", Config.RequireInteger("linear_value_head_dim") * Config.RequireInteger("linear_num_value_heads"), "linear_value_head_dim");
        LayerTypes.WriteRecurrent(writer, Config, LayerCount, BlockCount);
        writer.Count("full_attention_interval", Config.Integer("full_attention_interval") ?? 4, "full_attention_interval");
        var headDim = Config.Integer("head_dim") ?? (Config.RequireInteger("hidden_size") / Math.Max(Config.RequireInteger("num_attention_heads"), 1));
        writer.Count("rope.dimension_count", (long)(headDim * (Rope.Outer.Number("partial_rotary_factor") ?? 0.25)), "head_dim");
    }

    /// <summary>The rows come for each key head together: query, key, then values and gates of the value heads that use it.</summary>
    private TensorSource QueryKeyValue(TensorSource source)
    {
        var (heads, parts) = ByHead(source);
        return Concatenation.Join([.. parts.Take(3).Select(part => part.Reshaped(heads * part.Shape[1], source.Shape[1]))]);
    }

    private TensorSource Gate(TensorSource source)
    {
        var (heads, parts) = ByHead(source);
        return parts[3].Reshaped(heads * parts[3].Shape[1], source.Shape[1]);
    }

    private (long Heads, IReadOnlyList<TensorSource> Parts) ByHead(TensorSource source)
    {
        var keyHeads = Config.RequireInteger("linear_num_key_heads");
        var keyDim = Config.RequireInteger("linear_key_head_dim");
        if (source.Shape.Length != 2 || keyHeads <= 0)
        {
            throw new ArgumentException($"Its shape [{string.Join(", ", source.Shape)}] cannot be divided into {keyHeads} heads.");
        }

        var valueDim = Config.RequireInteger("linear_num_value_heads") / keyHeads * Config.RequireInteger("linear_value_head_dim");
        return (keyHeads, source.Reshaped(keyHeads, -1, source.Shape[1]).Split(1, keyDim, keyDim, valueDim, valueDim));
    }
}
