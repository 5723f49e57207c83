namespace GGUFPacker.Conversion.Tensors;

/// <summary>Functions as PyTorch computes them on float32 on x86-64.</summary>
internal static class TorchMath
{
    private const int Steps = 128;
    private const float StepsPerUnit = 184.66496659f;
    private const double Step = 0.6931471805599453 / Steps;
    private const float HighStep = (float)Step;
    private const float LowStep = (float)(Step - HighStep);
    private const float Limit = 87f;

    // 2^(j / 128) as the sum of two floats.
    private static readonly (float High, float Low)[] Powers = [.. Enumerable.Range(0, Steps).Select(Power)];

    /// <summary>
    /// e to a power, as torch.exp's mathematics library computes it: the nearest 128th of a power of two is split off, a quadratic gives the rest, with fused
    /// multiply-adds. The correctly rounded exponential differs for one argument in a hundred. Found from, and checked with, what PyTorch makes of the
    /// 2,052 numbers in the conversion goldens of state space models, 16 of which are not correctly rounded.
    /// </summary>
    public static float Exp(float x)
    {
        if (!(MathF.Abs(x) < Limit))
        {
            return (float)Math.Exp(x);
        }

        var steps = MathF.Round(x * StepsPerUnit, MidpointRounding.ToEven);
        var rest = MathF.FusedMultiplyAdd(-steps, LowStep, MathF.FusedMultiplyAdd(-steps, HighStep, x));
        var growth = MathF.FusedMultiplyAdd(rest * rest, 0.5f, rest);
        var (high, low) = Powers[(int)steps & (Steps - 1)];
        return MathF.ScaleB(high + MathF.FusedMultiplyAdd(high, growth, low), (int)steps >> 7);
    }

    /// <summary>log(1 + exp(x)), and x beyond PyTorch's threshold of 20; correctly rounded, from which PyTorch may be a unit in the last place off.</summary>
    public static float SoftPlus(float x) => x > 20 ? x : (float)Math.Log(1.0 + (float)Math.Exp(x));

    private static (float High, float Low) Power(int step)
    {
        var power = Math.Pow(2, (double)step / Steps);
        return ((float)power, (float)(power - (float)power));
    }
}
