using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The dimensions of a head.</summary>
internal static class RopeHead
{
    /// <summary>head_dim, or what the heads share of hidden_size.</summary>
    /// <exception cref="CheckpointException">The configuration has neither.</exception>
    public static long Dim(ModelConfig config) => config.Integer("head_dim") ?? Shared(config);

    /// <summary>What the heads share of hidden_size.</summary>
    /// <exception cref="CheckpointException">The configuration lacks one of them.</exception>
    public static long Shared(ModelConfig config) => config.RequireInteger("num_attention_heads") is > 0 and var heads
        ? config.RequireInteger("hidden_size") / heads
        : throw new CheckpointException("Cannot convert: 'num_attention_heads' of config.json must be greater than 0.");
}
