using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>What the LFM2 families share: some layers have a short convolution instead of attention.</summary>
internal static class ShortConvolution
{
    /// <summary>The configuration with the number of key-value heads for each layer, 0 where there is no attention.</summary>
    public static ModelConfig HeadsByLayer(ModelConfig config, Func<string, bool> hasAttention)
    {
        var heads = config.RequireInteger("num_key_value_heads");
        var counts = config.Texts("layer_types").Select(type => hasAttention(type) ? heads : 0);
        return config.With([new("num_key_value_heads", JsonElements.Of(counts))]);
    }

    /// <summary>A convolution's kernel without its axis of one channel; other tensors as they are.</summary>
    public static NamedTensor Squeeze(NamedTensor tensor) => tensor.Contains("conv.conv")
        ? tensor.With(source => source.Shape is [var channels, 1, .. var rest] ? source.Reshaped([channels, .. rest]) : source)
        : tensor;
}
