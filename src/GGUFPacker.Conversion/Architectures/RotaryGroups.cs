using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The rotary order of Baichuan and XVERSE, as llama.cpp's converter undoes it.</summary>
internal static class RotaryGroups
{
    /// <summary>Queries or keys in llama.cpp's order. With fewer key heads than heads, keys are taken in as many groups as a key head has heads.</summary>
    /// <exception cref="ArgumentException">The shape does not fit the number of heads.</exception>
    public static TensorSource Permute(TensorSource source, ModelConfig config, bool ofKeys)
    {
        var heads = config.RequireInteger("num_attention_heads");
        var keyHeads = ofKeys ? config.Integer("num_key_value_heads") ?? heads : heads;
        return source.RotaryPermuted(heads == keyHeads ? heads : keyHeads > 0 ? heads / keyHeads : throw new ArgumentException("There are no key heads."));
    }
}
