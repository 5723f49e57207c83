using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Which layers of a hybrid model have attention, a state space or neither, and the sizes of its state space.</summary>
/// <param name="Config">The hyperparameters; keys of the state space may begin with "mamba_".</param>
/// <param name="HasAttention">By layer: whether it has attention.</param>
/// <param name="HasStateSpace">By layer: whether it has a state space.</param>
/// <param name="InnerSize">The dimensions of the state space.</param>
internal sealed record HybridLayers(ModelConfig Config, IReadOnlyList<bool> HasAttention, IReadOnlyList<bool> HasStateSpace, long InnerSize)
{
    /// <summary>More layers than any model has.</summary>
    private const long MaximumLayers = 1 << 16;

    /// <summary>The groups of heads.</summary>
    public long Groups => Integer("n_groups", "num_groups");

    /// <summary>Granite's and Bamba's layers: a list of kinds, the numbers of those with attention, or a period with an offset.</summary>
    /// <exception cref="CheckpointException">The configuration has none of them.</exception>
    public static HybridLayers Of(ModelConfig config, long layerCount)
    {
        if (layerCount is < 0 or > MaximumLayers)
        {
            throw new CheckpointException($"Cannot convert: 'num_hidden_layers' of config.json is {layerCount}.");
        }

        var attention = AttentionLayers(config, layerCount);
        var hasAttention = Enumerable.Range(0, (int)layerCount).Select(layer => attention.Contains(layer)).ToList();
        var layers = new HybridLayers(config, hasAttention, [.. hasAttention.Select(has => !has)], 0);
        return layers with { InnerSize = checked(layers.Integer("expand", "num_heads") * layers.ModelSize) };
    }

    /// <summary>What the state space is a multiple of: a head's dimensions or all.</summary>
    public long ModelSize => Integer("mamba_head_dim", "hidden_size", "d_model");

    /// <summary>The number of the first of these keys that is present, with "mamba_" before them last.</summary>
    /// <exception cref="CheckpointException">None is.</exception>
    public long Integer(params string[] keys) => Config.RequireInteger([.. keys, .. keys.Select(key => $"mamba_{key}")]);

    /// <summary>Writes the sizes of the state space, the heads of each layer, and whether there is a rotary embedding.</summary>
    public void Write(ParameterWriter writer, bool isRotary)
    {
        const long AnyContext = 1 << 20;
        writer.Count("ssm.conv_kernel", Integer("conv_kernel", "d_conv"), "conv_kernel");
        writer.Count("ssm.state_size", Integer("state_size", "d_state", "state_dim", "ssm_state_size"), "state_size");
        writer.Count("ssm.group_count", Groups, "n_groups");
        writer.Count("ssm.inner_size", InnerSize, "expand");
        writer.Count("ssm.time_step_rank", Integer("n_heads", "num_heads"), "n_heads");
        if (Config.IsTrue("attn_rotary_emb"))
        {
            writer.Count("rope.dimension_count", Config.Find("attn_rotary_emb"));
        }

        var heads = Integer("num_key_value_heads", "n_head_kv");
        writer.Counts("attention.head_count_kv", HasAttention.Select(has => has ? heads : 0), "num_key_value_heads");
        writer.Flag("rope.scaling.finetuned", isRotary);
        if (!isRotary)
        {
            writer.Count("context_length", AnyContext, "context");
        }

        if (Config["hidden_act"] is not null && Config.Require("hidden_act")!.Value.Text != "silu")
        {
            throw new CheckpointException("Cannot convert: 'hidden_act' of config.json must be silu.");
        }
    }

    private static HashSet<long> AttentionLayers(ModelConfig config, long layerCount)
    {
        if (config.IsTrue("layer_types"))
        {
            return [.. config.Texts("layer_types").Index().Where(layer => layer.Item == "attention").Select(layer => (long)layer.Index)];
        }

        if (config.IsTrue("attn_layer_indices"))
        {
            return [.. config.Integers("attn_layer_indices")];
        }

        var period = config.IntegerOr(0, "attn_layer_period");
        return period > 0 && config.Integer("attn_layer_offset") is { } offset
            ? [.. Enumerable.Range(0, (int)layerCount).Where(layer => layer % period == offset).Select(layer => (long)layer)]
            : throw new CheckpointException(
                "Cannot convert: config.json does not say which layers have attention ('layer_types', 'attn_layer_indices' or 'attn_layer_period').");
    }
}
