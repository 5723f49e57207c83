using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Nemotron-H and Nemotron 3: each layer has a state space, attention, or a feed-forward part, with or without experts; with experts there may be a layer
/// that predicts further tokens, which comes as two and is stored as one.
/// </summary>
[Family("Nemotron-H", "NemotronHForCausalLM", ExportsTokenPrediction = true,
    Special = "state space decay -exp, convolution squeezed, sizes by layer, experts stacked, vocabulary padded, multi-token prediction")]
internal sealed class NemotronH : GraniteMoe
{
    private static readonly GgufArchitecture Dense = new("nemotron_h",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnUp, FfnDown, SsmIn, SsmConv1d, SsmDt, SsmA, SsmD,
        SsmNorm, SsmOut,
    ]);

    private static readonly GgufArchitecture WithExperts = new("nemotron_h_moe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, FfnGateInp, ExpProbsB, FfnUp,
        FfnUpExps, FfnUpShexp, FfnLatentDown, FfnLatentUp, FfnDown, FfnDownExps, FfnDownShexp, SsmIn, SsmConv1d, SsmDt, SsmA, SsmD, SsmNorm,
        SsmOut, NextnEhProj, NextnEnorm, NextnHnorm, NextnSharedHeadNorm,
    ]);

    private readonly HybridLayers _layers;
    private readonly IReadOnlyList<bool> _hasFeedForward;
    private readonly bool _hasPrediction;
    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public NemotronH(ArchitectureContext context)
        : base(HasExperts(context.Config) ? WithExperts : Dense, Counted(context))
    {
        _hasPrediction = HasExperts(Config) && Context.Options.TokenPrediction != TokenPrediction.Excluded
            && Config.IntegerOr(0, "num_nextn_predict_layers") > 0;
        if (_hasPrediction && Config.Integer("num_nextn_predict_layers") != 1)
        {
            throw CheckpointException.NotSupported("more than one layer that predicts further tokens", "Convert with --no-mtp.");
        }

        if (!_hasPrediction && Context.Options.TokenPrediction == TokenPrediction.Only)
        {
            throw new CheckpointException("--mtp is not possible: the checkpoint has no layer that predicts further tokens (num_nextn_predict_layers).");
        }

        var (kinds, feedForward) = Kinds();
        IEnumerable<bool> predicting = _hasPrediction ? [true] : [];
        var layers = new HybridLayers(
            Config, [.. kinds.Select(kind => kind is "*" or "attention" or "full_attention"), .. predicting],
            [.. kinds.Select(kind => kind is "M" or "mamba" or "linear_attention"), .. predicting.Select(_ => false)], 0);
        _layers = layers with { InnerSize = checked(layers.Integer("num_heads") * layers.ModelSize) };
        _hasFeedForward = [.. kinds.Select(kind => kind == feedForward || kind == "moe"), .. predicting];
        _experts = Checked(new ExpertStacks("backbone.layers.{bid}.mixer.experts.{xid}.{part}.weight", "down_proj", "up_proj")
        {
            StackPattern = "model.layers.{bid}.mlp.experts.{part}.weight",
        });
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForNemotronH(PaddedVocabulary.SizeOf(Config), addsBos: !HasExperts(Config));

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + (_hasPrediction ? 1 : 0);

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        var isPrediction = name.StartsWith("mtp.", StringComparison.Ordinal);
        if (Context.Options.TokenPrediction == (isPrediction ? TokenPrediction.Excluded : TokenPrediction.Only)
            && (isPrediction || !(name is "backbone.embeddings.weight" or "backbone.norm_f.weight" || name.StartsWith("lm_head.", StringComparison.Ordinal))))
        {
            return null;
        }

        if (name.StartsWith("model.layers.", StringComparison.Ordinal) && name.Contains(".mixer.", StringComparison.Ordinal))
        {
            name = $"backbone.{name["model.".Length..]}";
        }

        return base.Select(name.EndsWith(".dt_bias", StringComparison.Ordinal) ? name[..^".dt_bias".Length] + ".dt_proj.bias" : name);
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (_hasPrediction
            && (tensor.Name.StartsWith("mtp.layers.0.", StringComparison.Ordinal) || tensor.Name.StartsWith("mtp.layers.1.", StringComparison.Ordinal)))
        {
            block = LayerCount;
            tensor = tensor with { Name = PredictionName(tensor.Name) };
        }

        if (HasExperts(Config) && tensor.Contains("mixer.experts"))
        {
            return MapAll(_experts.Take(tensor, block, Config.RequireInteger("n_routed_experts")));
        }

        return block is not { } layer || layer >= BlockCount ? Map(tensor)
            : _layers.HasStateSpace[(int)layer] ? Map(StateSpaceTensors.Mamba2(tensor, Names.Find(tensor.Name)?.Kind, _layers.Groups, _layers.InnerSize))
            : _layers.HasAttention[(int)layer] ? base.Convert(tensor, block)
            : Map(tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        _layers.Write(writer, isRotary: !_layers.HasStateSpace.Contains(true));
        var headDim = Config.RequireInteger("head_dim", "attention_head_dim");
        writer.Count("attention.key_length", headDim, "head_dim");
        writer.Count("attention.value_length", headDim, "head_dim");
        var sizeKey = HasExperts(Config) ? "moe_intermediate_size" : "intermediate_size";
        var size = Config.RequireInteger(sizeKey);
        writer.Counts("feed_forward_length", _hasFeedForward.Select(has => has ? size : 0), sizeKey);
        if (HasExperts(Config))
        {
            WriteExperts(writer);
        }
    }

    private static bool HasExperts(ModelConfig config) => config.Contains("num_experts_per_tok");

    /// <summary>A list of the layers' kinds counts more than their number.</summary>
    private static ArchitectureContext Counted(ArchitectureContext context) => context.Config["layers_block_type"] is { ValueKind: JsonValueKind.Array } kinds
        ? context with { Config = context.Config.With("num_hidden_layers", kinds.GetArrayLength()) }
        : context;

    private void WriteExperts(ParameterWriter writer)
    {
        writer.Count("expert_used_count", Config.Require("num_experts_per_tok"));
        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size"));
        writer.Count("expert_shared_feed_forward_length", Config.Require("moe_shared_expert_intermediate_size"));
        writer.Count("expert_count", Config.Require("n_routed_experts"));
        writer.Count("expert_shared_count", Config.Require("n_shared_experts"));
        _ = Config.Require("norm_topk_prob");
        writer.Flag("expert_weights_norm", Config.IsTrue("norm_topk_prob"));
        writer.Real("expert_weights_scale", Config.Require("routed_scaling_factor"));
        writer.Count("expert_group_count", Config.Require("n_group"));
        writer.Count("moe_latent_size", Config.Find("moe_latent_size"));
        if (_hasPrediction)
        {
            writer.Count("nextn_predict_layers", Config.Require("num_nextn_predict_layers"));
        }
    }

    /// <summary>The kind of each layer, as a letter or a name, and the letter of those with a feed-forward part.</summary>
    private (IReadOnlyList<string> Kinds, string FeedForward) Kinds()
    {
        var key = Config.IsTrue("hybrid_override_pattern") ? "hybrid_override_pattern" : "layers_block_type";
        var kinds = Config[key] is { ValueKind: JsonValueKind.String } letters
            ? [.. letters.GetString()!.Select(letter => letter.ToString())]
            : Config.Texts(key);
        return kinds.Count == LayerCount
            ? (kinds, HasExperts(Config) ? "E" : "-")
            : throw new CheckpointException($"Cannot convert: '{key}' of config.json has {kinds.Count} layers, not {LayerCount}.");
    }

    /// <summary>The first of the two parts has fusion and attention, the second the experts and the last norm.</summary>
    private string PredictionName(string name) => name switch
    {
        "mtp.layers.0.enorm.weight" => $"model.layers.{LayerCount}.enorm.weight",
        "mtp.layers.0.hnorm.weight" => $"model.layers.{LayerCount}.hnorm.weight",
        "mtp.layers.0.eh_proj.weight" => $"model.layers.{LayerCount}.eh_proj.weight",
        "mtp.layers.1.norm.weight" => $"model.layers.{LayerCount}.post_attention_layernorm.weight",
        "mtp.layers.1.final_layernorm.weight" => $"model.layers.{LayerCount}.shared_head.norm.weight",
        _ => $"backbone.layers.{LayerCount}.{name["mtp.layers.0.".Length..]}",
    };
}
