namespace GGUFPacker.Conversion.Tensors;

/// <summary>
/// Functions as PyTorch computes them on float32. Its exponential may be a unit in the last place off the correctly rounded one taken here, for less than
/// one argument in a hundred.
/// </summary>
internal static class TorchMath
{
    /// <summary>e to a power.</summary>
    public static float Exp(float x) => (float)Math.Exp(x);

    /// <summary>log(1 + exp(x)), and x beyond PyTorch's threshold of 20.</summary>
    public static float SoftPlus(float x) => x > 20 ? x : (float)Math.Log(1.0 + Exp(x));
}
