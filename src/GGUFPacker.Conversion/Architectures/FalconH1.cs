using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Falcon-H1: attention and a Mamba 2 state space side by side in every layer; the configured multipliers are multiplied into the weights.</summary>
[Family("Falcon-H1", "FalconH1ForCausalLM", Special = "multipliers in weights, state space decay -exp, convolution squeezed, norm by groups")]
internal sealed class FalconH1(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("falcon-h1",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnPreNorm, FfnUp, FfnGate, FfnDown, SsmIn, SsmConv1d,
        SsmDt, SsmA, SsmD, SsmNorm, SsmOut,
    ]);

    private long InnerSize => Config.RequireInteger("mamba_d_ssm");

    private long Groups => Config.RequireInteger("n_groups", "mamba_n_groups");

    /// <inheritdoc/>
    public override string? Select(string name) =>
        base.Select(name.EndsWith(".dt_bias", StringComparison.Ordinal) ? name[..^".dt_bias".Length] + ".dt_proj.bias" : name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        tensor = StateSpaceTensors.Mamba2(tensor, Names.Find(tensor.Name)?.Kind, Groups, InnerSize);
        return Map(
            tensor.Contains("down_proj") ? Scaled(tensor, Multiplier("mlp_multipliers", 1))
            : tensor.Contains("gate_proj") ? Scaled(tensor, Multiplier("mlp_multipliers", 0))
            : tensor.Contains("k_proj") ? Scaled(tensor, Multiplier("key_multiplier"), Multiplier("attention_in_multiplier"))
            : tensor.Contains("q_proj") || tensor.Contains("v_proj") ? Scaled(tensor, Multiplier("attention_in_multiplier"))
            : tensor.Contains("o_proj") ? Scaled(tensor, Multiplier("attention_out_multiplier"))
            : tensor.Contains("out_proj") ? Scaled(tensor, Multiplier("ssm_out_multiplier"))
            : tensor.Contains("in_proj") ? Scaled(tensor, Multiplier("ssm_in_multiplier")).With(ScaledParts)
            : tensor.Contains("lm_head") ? Scaled(tensor, Multiplier("lm_head_multiplier"))
            : tensor.Contains("embed_tokens") ? Scaled(tensor, Multiplier("embedding_multiplier"))
            : tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var headDim = Config.IntegerOr(64, "mamba_d_head", "head_dim");
        if (headDim <= 0 || InnerSize % Config.RequireInteger("d_head", "mamba_d_head") != 0)
        {
            throw new CheckpointException($"Cannot convert: 'mamba_d_ssm' of config.json is {InnerSize}, no multiple of 'mamba_d_head'.");
        }

        var context = Config.Contains("max_position_embeddings") ? Config.RequireInteger("max_position_embeddings") : 0;
        writer.Count("context_length", context, "max_position_embeddings");
        writer.Count("embedding_length", Config.Require("hidden_size", "d_model", "dim", "mamba_hidden_size", "mamba_d_model", "mamba_dim"));
        writer.Count("feed_forward_length", Config.Require("intermediate_size"));
        writer.Count("attention.head_count", Config.Require("num_attention_heads"));
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("ssm.conv_kernel", Config.IntegerOr(4, "conv_kernel", "d_conv", "mamba_conv_kernel", "mamba_d_conv"), "mamba_d_conv");
        writer.Count("ssm.inner_size", InnerSize, "mamba_d_ssm");
        writer.Count("ssm.state_size", Config.IntegerOr(128, "state_size", "d_state", "mamba_state_size", "mamba_d_state"), "mamba_d_state");
        writer.Count("ssm.time_step_rank", InnerSize / headDim, "mamba_d_head");
        writer.Count("ssm.group_count", Groups, "mamba_n_groups");
        writer.Real("attention.layer_norm_rms_epsilon", Config.Number("layer_norm_epsilon", "rms_norm_eps") is { } epsilon and not 0 ? epsilon : 1e-5);
        writer.FileType();
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("attention.head_count_kv", Config.Require("num_key_value_heads"));
        writer.Count("attention.key_length", Config.Require("head_dim"));
        writer.Count("attention.value_length", Config.Require("head_dim"));
        if (Config["hidden_act"] is not null && Config.Require("hidden_act")!.Value.Text != "silu")
        {
            throw new CheckpointException("Cannot convert: 'hidden_act' of config.json must be silu.");
        }

        writer.Real("rope.freq_base", Rope.Outer.Require("rope_theta"));
    }

    private static NamedTensor Scaled(NamedTensor tensor, params ReadOnlySpan<double> factors)
    {
        foreach (var factor in factors)
        {
            tensor = tensor.With(source => source.Times(factor));
        }

        return tensor;
    }

    /// <summary>The rows of the projection into the state space: gate, input, the two sides of the state, step. Each has a multiplier of its own.</summary>
    private TensorSource ScaledParts(TensorSource source)
    {
        var state = Config.RequireInteger("mamba_n_groups") * Config.RequireInteger("mamba_d_state");
        var rest = source.Shape[0] - (2 * InnerSize) - (2 * state);
        return Concatenation.Join([.. source.Split(0, InnerSize, InnerSize, state, state, rest).Index()
            .Where(part => part.Item.Shape[0] > 0)
            .Select(part => part.Item.Times(Multiplier("ssm_multipliers", part.Index)))]);
    }

    private double Multiplier(string key) =>
        Config.Number(key) ?? throw new CheckpointException($"Cannot convert: config.json has no '{key}'.");

    private double Multiplier(string key, int index) => Config.Find(key) is { IsList: true } list && list.Element.GetArrayLength() > index
        ? new ConfigValue(key, list.Element[index]).Number
        : throw new CheckpointException($"Cannot convert: '{key}' of config.json must be a list of more than {index} numbers.");
}
