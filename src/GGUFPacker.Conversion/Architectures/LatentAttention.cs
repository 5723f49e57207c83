using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Multi-head latent attention: keys and values of all heads are made from one short vector. llama.cpp multiplies the queries with the way to the keys
/// instead (transposed, head by head) and then sees a single key-value head, as long as that vector and the rotated part.
/// </summary>
internal static class LatentAttention
{
    /// <summary>The way to the keys, for each head, transposed.</summary>
    /// <exception cref="ArgumentException">The shape does not fit the configuration.</exception>
    public static TensorSource Keys(TensorSource source, ModelConfig config) => Split(source, config)[0].Transposed();

    /// <summary>The way to the values, for each head.</summary>
    /// <exception cref="ArgumentException">The shape does not fit the configuration.</exception>
    public static TensorSource Values(TensorSource source, ModelConfig config) => Split(source, config)[1];

    /// <summary>Writes the sizes: of the single head that llama.cpp sees, and of the model's heads.</summary>
    public static void Write(ParameterWriter writer, ModelConfig config)
    {
        var rank = config.Integer("kv_lora_rank") ?? 512;
        var rotated = config.RequireInteger("qk_rope_head_dim");
        writer.Count("attention.kv_lora_rank", rank, "kv_lora_rank");
        writer.Count("attention.key_length", rank + rotated, "kv_lora_rank");
        writer.Count("attention.value_length", rank, "kv_lora_rank");
        writer.Count("attention.key_length_mla", config.RequireInteger("qk_nope_head_dim") + rotated, "qk_nope_head_dim");
        writer.Count("attention.value_length_mla", config.Require("v_head_dim"));
    }

    private static IReadOnlyList<TensorSource> Split(TensorSource source, ModelConfig config)
    {
        var heads = config.RequireInteger("num_key_value_heads");
        var keyDim = config.RequireInteger("qk_nope_head_dim");
        var valueDim = config.RequireInteger("v_head_dim");
        return source.Shape.Length == 2 && heads > 0 && source.Shape[0] == heads * (keyDim + valueDim)
            ? source.Reshaped(heads, keyDim + valueDim, source.Shape[1]).Split(1, keyDim, valueDim)
            : throw new ArgumentException($"Its shape [{string.Join(", ", source.Shape)}] is not that of {heads} heads of {keyDim} + {valueDim} rows.");
    }
}
