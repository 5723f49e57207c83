using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The tensors of Mamba layers: the convolution loses its middle dimension, the decay is no longer a logarithm.</summary>
internal static class StateSpaceTensors
{
    /// <summary>A tensor of a Mamba 1 layer, or any other, which stays as it is.</summary>
    public static NamedTensor Mamba(NamedTensor tensor, TensorKind? kind)
    {
        tensor = kind == SsmConv1d && tensor.EndsWith(".weight") ? tensor.With(source => source.Squeezed()) : tensor;
        return tensor.EndsWith(".A_log") ? tensor.With(source => source.NegativeExponential()) : tensor;
    }

    /// <summary>A tensor of a Mamba 2 layer: also decay and skip become columns, and the norm has a row for each group.</summary>
    public static NamedTensor Mamba2(NamedTensor tensor, TensorKind? kind, long groups, long innerSize)
    {
        tensor = kind == SsmA || kind == SsmD ? tensor.With(source => source.Unsqueezed())
            : kind == SsmNorm && tensor.EndsWith(".weight") && groups > 0 ? tensor.With(source => source.Reshaped(groups, innerSize / groups))
            : tensor;
        return Mamba(tensor, kind);
    }
}
