using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The norms of PLaMo 2 and 3: their weights are kept as what they differ from a number, which is added.</summary>
internal static class PlamoNorms
{
    private static readonly (string End, double Base)[] Bases =
    [
        (".pre_mixer_norm.weight", 1),
        (".post_mixer_norm.weight", 1.0 / 5),
        (".pre_mlp_norm.weight", 1),
        (".post_mlp_norm.weight", 1.0 / Math.Pow(5, 1.5)),
        (".norm.weight", 1),
    ];

    /// <summary>A norm with its number added; any other tensor as it is.</summary>
    public static NamedTensor Completed(NamedTensor tensor)
    {
        var (end, summand) = Bases.FirstOrDefault(norm => tensor.EndsWith(norm.End));
        return end is null ? tensor : tensor.With(source => source.Plus(summand));
    }
}
