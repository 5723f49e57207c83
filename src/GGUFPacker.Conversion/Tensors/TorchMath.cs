namespace GGUFPacker.Conversion.Tensors;

/// <summary>Functions as PyTorch computes them on float32.</summary>
internal static class TorchMath
{
    private const float HighLn2 = 0.693145751953125f;
    private const float LowLn2 = 1.428606765330187045e-06f;
    private const float InverseLn2 = 1.442695040888963407359924681001892137426645954152985934135449406931f;

    /// <summary>
    /// e to a power, by the method of SLEEF's expf with at most 1 unit of error, which PyTorch's vectorised loops call: the power of two is split off,
    /// and a polynomial of degree 7 gives the rest, with fused multiply-adds. A correctly rounded exp differs for some arguments.
    /// </summary>
    public static float Exp(float x)
    {
        if (float.IsNaN(x) || x < -104)
        {
            return float.IsNaN(x) ? x : 0;
        }

        if (x > 100)
        {
            return float.PositiveInfinity;
        }

        var power = MathF.Round(x * InverseLn2, MidpointRounding.ToEven);
        var rest = float.FusedMultiplyAdd(power, -HighLn2, x);
        rest = float.FusedMultiplyAdd(power, -LowLn2, rest);
        var sum = 0.000198527617612853646278381f;
        sum = float.FusedMultiplyAdd(sum, rest, 0.00139304355252534151077271f);
        sum = float.FusedMultiplyAdd(sum, rest, 0.00833336077630519866943359f);
        sum = float.FusedMultiplyAdd(sum, rest, 0.0416664853692054748535156f);
        sum = float.FusedMultiplyAdd(sum, rest, 0.166666671633720397949219f);
        sum = float.FusedMultiplyAdd(sum, rest, 0.5f);
        sum = 1f + float.FusedMultiplyAdd(rest * rest, sum, rest);
        return MathF.ScaleB(sum, (int)power);
    }

    /// <summary>log(1 + exp(x)), and x beyond PyTorch's threshold of 20.</summary>
    public static float SoftPlus(float x) => x > 20 ? x : (float)Math.Log(1.0 + Exp(x));
}
