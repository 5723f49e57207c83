using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>How many dimensions of a head a model rotates that rotates a part of them; models round in different places.</summary>
internal static class RotaryDimensions
{
    /// <summary>The part of a head: int(factor * (hidden_size // heads)).</summary>
    public static long OfHead(ModelConfig config, ConfigValue? factor) =>
        (long)(Factor(factor) * (config.RequireInteger("hidden_size", "n_embd") / Heads(config)));

    /// <summary>A head's share of a part of all dimensions: int(factor * hidden_size) // heads.</summary>
    public static long OfAll(ModelConfig config, ConfigValue? factor) =>
        (long)(Factor(factor) * config.RequireInteger("hidden_size", "n_embd")) / Heads(config);

    private static double Factor(ConfigValue? factor) =>
        factor?.Number ?? throw new CheckpointException("Cannot convert: 'partial_rotary_factor' of config.json must not be null.");

    private static long Heads(ModelConfig config) => config.RequireInteger("num_attention_heads", "n_head") is > 0 and var heads
        ? heads
        : throw new CheckpointException("Cannot convert: 'num_attention_heads' of config.json must be greater than 0.");
}
