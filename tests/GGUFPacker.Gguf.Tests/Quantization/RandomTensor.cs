using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Tests.Quantization;

/// <summary>Generates rows of numbers of many kinds, the same for the same seed: ordinary ones, and those at which kernels go wrong. All are finite.</summary>
internal sealed class RandomTensor(int seed)
{
    private const float LargestSquareRoot = 1e18f;
    private readonly Random _random = new(seed);

    /// <summary>A number from 0 to below the limit.</summary>
    public int Below(int limit) => _random.Next(limit);

    /// <summary>Elements: one kind throughout, or another for each run of 32 or 256.</summary>
    public float[] Elements(int count)
    {
        var elements = new float[count];
        var run = Below(4) switch { 0 => 32, 1 => 256, _ => count };
        for (var start = 0; start < count; start += run)
        {
            Fill(elements.AsSpan(start, Math.Min(run, count - start)));
        }

        return elements;
    }

    /// <summary>Weights that an importance matrix may have: finite, not negative, and mostly not too large to be squared and summed up.</summary>
    public float[] Importance(int count)
    {
        var kind = Below(8);
        var weights = new float[count];
        for (var i = 0; i < count; i++)
        {
            var gauss = Gauss();
            weights[i] = kind switch
            {
                0 => 1,
                1 => Below(3) == 0 ? 0 : gauss * gauss,
                2 => MathF.ScaleB(1, -Below(60)),
                3 => i / 32 % 3 == 0 ? 0 : gauss * gauss,
                4 => MathF.ScaleB(MathF.Abs(gauss), Below(120) - 60),
                5 => Below(40) == 0 ? 1e6f : gauss * gauss,
                _ => gauss * gauss,
            };
        }

        return weights;
    }

    private void Fill(Span<float> run)
    {
        var kind = Below(20);
        var scale = MathF.ScaleB(1 + _random.NextSingle(), Below(16) - 10);
        for (var i = 0; i < run.Length; i++)
        {
            run[i] = kind switch
            {
                // Ties of magnitude, sign and code.
                0 => (Below(7) - 3) * scale,
                1 => Below(2) == 0 ? scale : -scale,
                2 => (Below(33) - 16) * 0.125f,
                3 => (i % 17) * scale,

                // Zeros of both signs, alone and among others.
                4 => Below(2) == 0 ? 0f : -0f,
                5 => Below(4) == 0 ? Gauss() * scale : 0,
                6 => Below(8) == 0 ? -0f : MathF.Abs(Gauss()) * scale,

                // Constants, one sign, close together.
                7 => scale,
                8 => -scale,
                9 => MathF.Abs(Gauss()) * -scale,
                10 => MathF.BitIncrement(scale) + (Below(3) * 1e-7f * scale),

                // Extremes of magnitude.
                11 => BitConverter.UInt32BitsToSingle((uint)_random.NextInt64(1L << 32) & 0x807FFFFF),
                12 => Gauss() * MathF.ScaleB(scale, -110 - Below(30)),
                13 => Gauss() * MathF.ScaleB(scale, Below(60)),
                14 => Finite((uint)_random.NextInt64(1L << 32)),
                15 => MathF.ScaleB(Gauss(), -Below(40)),
                16 => Below(50) == 0 ? Gauss() * LargestSquareRoot : Gauss(),

                // As in models: halves, and halves with outliers.
                17 => HalfBits.ToSingle(HalfBits.FromSingle(Gauss() * 0.02f)) * (Below(200) == 0 ? 64 : 1),
                _ => Gauss() * scale,
            };
        }
    }

    private static float Finite(uint bits) => BitConverter.UInt32BitsToSingle((bits & 0x7F800000) == 0x7F800000 ? bits ^ 0x40000000 : bits);

    // The sum of twelve uniform numbers, less their mean.
    private float Gauss()
    {
        var sum = -6f;
        for (var i = 0; i < 12; i++)
        {
            sum += _random.NextSingle();
        }

        return sum;
    }
}
