using System.Globalization;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// The names of Qwen's layers that predict further tokens: <c>mtp.*</c> becomes layers behind the model's own. They can be left out, or be taken alone
/// with what they share with the model.
/// </summary>
/// <param name="prediction">Which layers are wanted.</param>
/// <param name="layerCount">The model's own layers.</param>
internal sealed class QwenTokenPrediction(TokenPrediction prediction, long layerCount)
{
    private static readonly string[] Shared = ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight", "embed_tokens.weight", "norm.weight"];

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["fc"] = "eh_proj",
        ["pre_fc_norm_embedding"] = "enorm",
        ["pre_fc_norm_hidden"] = "hnorm",
        ["norm"] = "shared_head.norm",
    };

    /// <summary>The layers that were seen among the names.</summary>
    public long LayersSeen { get; private set; }

    /// <summary>The name under which a tensor is taken, or null if it is left out.</summary>
    public string? Select(string name)
    {
        if (name.StartsWith("model.mtp.", StringComparison.Ordinal))
        {
            name = name["model.".Length..];
        }

        if (!name.StartsWith("mtp.", StringComparison.Ordinal))
        {
            return prediction == TokenPrediction.Only && !Shared.Contains(name) ? null : name;
        }

        if (prediction == TokenPrediction.Excluded)
        {
            return null;
        }

        var parts = name.Split('.', 4);
        if (parts is [_, "layers", var number, var rest] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var layer))
        {
            LayersSeen = Math.Max(LayersSeen, layer + 1);
            return $"model.layers.{layerCount + layer}.{rest}";
        }

        return parts is [_, var part, var suffix] && Names.TryGetValue(part, out var known) ? $"model.layers.{layerCount}.{known}.{suffix}" : name;
    }

    /// <summary>The number of layers that come to the model's own.</summary>
    /// <exception cref="CheckpointException">They are wanted, but neither config.json nor the weights have any.</exception>
    public long CountLayers(ModelConfig config)
    {
        if (prediction == TokenPrediction.Excluded)
        {
            return 0;
        }

        return config.Integer("mtp_num_hidden_layers") is > 0 and var count
            ? count
            : LayersSeen > 0
                ? LayersSeen
                : throw new CheckpointException("Cannot convert: the checkpoint has no layers that predict further tokens (mtp.*). Use --no-mtp.");
    }
}
