using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Kimi's delta attention (KDA), a linear attention with a decay for each channel and short convolutions of queries, keys and values.</summary>
internal static class DeltaAttention
{
    private const string TimeBias = ".dt_bias";

    private static readonly string[] Convolutions = [".q_conv1d.weight", ".k_conv1d.weight", ".v_conv1d.weight"];

    /// <summary>Gives convolutions the four dimensions of llama.cpp, the decay its sign, and the bias of the time steps its usual name.</summary>
    /// <param name="tensor">A tensor of any kind.</param>
    /// <param name="decay">What becomes of A_log.</param>
    public static NamedTensor Convert(NamedTensor tensor, Func<TensorSource, TensorSource> decay)
    {
        if (Convolutions.Any(tensor.EndsWith) && tensor.Source.Shape.Length is 2 or 3)
        {
            return tensor.With(source => source.Reshaped(1, source.Shape[0], 1, source.Shape[^1]));
        }

        return tensor.EndsWith(".A_log") ? tensor.With(decay)
            : tensor.EndsWith(TimeBias) ? tensor with { Name = $"{tensor.Name[..^TimeBias.Length]}.dt_proj.bias" }
            : tensor;
    }

    /// <summary>The key-value heads of each layer as llama.cpp sees them: one with latent attention, none with a linear one.</summary>
    /// <param name="config">linear_attn_config, which counts layers from 1.</param>
    /// <param name="layerCount">The number of layers.</param>
    public static IEnumerable<long> KeyHeads(ModelConfig config, long layerCount)
    {
        var full = config.Integers("full_attn_layers").ToHashSet();
        return Enumerable.Range(1, checked((int)layerCount)).Select(layer => full.Contains(layer) ? 1L : 0);
    }
}
