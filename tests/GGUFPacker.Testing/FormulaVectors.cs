using System.Globalization;
using System.Text.Json;

namespace GGUFPacker.Testing;

/// <summary>
/// The numbers of the quantizer's reference data: a portable integer formula instead of stored files (goldens/quant/README.md).
/// Everything is float32, rounded once for each operation, and 64-bit integers that wrap around.
/// </summary>
public static class FormulaVectors
{
    /// <summary>Output <paramref name="index"/> of splitmix64 with the seed.</summary>
    public static ulong Random(ulong seed, ulong index)
    {
        unchecked
        {
            var z = seed + ((index + 1) * 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>Even numbers in [-1, 1).</summary>
    public static float Uniform(ulong seed, ulong index) => ((long)(Random(seed, index) >> 40) - 8388608) * 1.1920928955078125e-07f;

    /// <summary>Nearly normal numbers: the sum of twelve 16-bit numbers, centred, with deviation 1.</summary>
    public static float Gauss(ulong seed, ulong index)
    {
        var sum = 0L;
        for (var part = 0UL; part < 3; part++)
        {
            for (var lanes = Random(seed, unchecked((3 * index) + part)); lanes != 0; lanes >>= 16)
            {
                sum += (long)(lanes & 0xFFFF);
            }
        }

        return (sum - 393216) * 1.52587890625e-05f;
    }

    /// <summary>The first <paramref name="count"/> elements of a generator as JSON describes it: <c>{"k": kind, "s": seed, "a": float bits, "m": int, "o": int, ...}</c>.</summary>
    public static float[] Generate(JsonElement generator, int count)
    {
        var values = new float[count];
        Generate(generator, values, 0);
        return values;
    }

    /// <summary>Elements from <paramref name="first"/> on, as many as <paramref name="values"/> takes.</summary>
    public static void Generate(JsonElement generator, Span<float> values, long first)
    {
        var kind = generator.GetProperty("k").GetString()!;
        var seed = generator.TryGetProperty("s", out var s) ? s.GetUInt64() : 0;
        var factor = generator.TryGetProperty("a", out var a) ? FromBits(a.GetString()!) : 1f;
        var period = generator.TryGetProperty("m", out var m) ? m.GetInt32() : 1;
        var offset = generator.TryGetProperty("o", out var o) ? o.GetInt32() : 0;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Element(kind, seed, factor, period, offset, (ulong)(first + i));
        }

        if (generator.TryGetProperty("neg", out var negate) && negate.GetInt32() != 0)
        {
            foreach (ref var value in values)
            {
                value = -value;
            }
        }

        if (generator.TryGetProperty("every", out var every))
        {
            foreach (var item in every.EnumerateArray())
            {
                var (step, start, value) = (item[0].GetInt64(), item[1].GetInt64(), FromBits(item[2].GetString()!));
                for (var i = 0; i < values.Length; i++)
                {
                    var index = first + i;
                    if (index >= start && (index - start) % step == 0)
                    {
                        values[i] = value;
                    }
                }
            }
        }

        if (generator.TryGetProperty("at", out var at))
        {
            Replace(at, values, first);
        }
    }

    /// <summary>Sets single elements: <c>[[index, float bits], ...]</c>; what lies outside is left out.</summary>
    public static void Replace(JsonElement at, Span<float> values, long first = 0)
    {
        foreach (var item in at.EnumerateArray())
        {
            var index = item[0].GetInt64() - first;
            if (index >= 0 && index < values.Length)
            {
                values[(int)index] = FromBits(item[1].GetString()!);
            }
        }
    }

    /// <summary>The float with the bits that eight hexadecimal digits give.</summary>
    public static float FromBits(string digits) =>
        BitConverter.UInt32BitsToSingle(uint.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    private static float Element(string kind, ulong seed, float factor, int period, int offset, ulong index) => kind switch
    {
        "uniform" => Uniform(seed, index) * factor,
        "gauss" => Gauss(seed, index) * factor,
        "abs" => MathF.Abs(Gauss(seed, index) * factor),
        "square" => Square(Gauss(seed, index) * factor),
        "const" => factor,
        "alt" => index % 2 == 0 ? factor : -factor,
        "signs" => Random(seed, index) >> 63 == 1 ? -factor : factor,
        "ternary" => ((int)((Random(seed, index) >> 32) % 3) - 1) * factor,
        "grid" => ((int)((Random(seed, index) >> 32) % (ulong)period) - offset) * factor,
        "ramp" => ((int)(index % (ulong)period) - offset) * factor,
        "sub" => BitConverter.UInt32BitsToSingle((uint)(Random(seed, index) >> 32) & 0x807FFFFF),
        "expo" => Gauss(seed, index) * factor * PowerOfTwo(Random(seed + 1, index) >> 60),
        "block" => Gauss(seed, index) * factor * PowerOfTwo(Random(seed + 1, index / (ulong)period) >> 61),
        "sparse" => Random(seed + 1, index) >> 62 == 0 ? Gauss(seed, index) * factor : 0f,
        "bsparse" => Random(seed + 1, index / (ulong)period) >> 62 == 0 ? 0f : Square(Gauss(seed, index) * factor),
        "zblock" => Random(seed + 1, index / (ulong)period) >> 63 == 1 ? 0f : Gauss(seed, index) * factor,
        "wexp" => PowerOfTwo(Random(seed, index) >> 58) * factor,
        "half" => FiniteHalf((ushort)(Random(seed, index) >> 48)),
        "raw" => FiniteSingle((uint)(Random(seed, index) >> 32)),
        _ => throw new NotSupportedException($"There is no generator of kind '{kind}'."),
    };

    private static float Square(float value) => value * value;

    private static float PowerOfTwo(ulong negatedExponent) => BitConverter.UInt32BitsToSingle((127 - (uint)negatedExponent) << 23);

    private static float FiniteHalf(ushort bits) =>
        (float)BitConverter.UInt16BitsToHalf((bits & 0x7C00) == 0x7C00 ? (ushort)(bits ^ 0x4000) : bits);

    private static float FiniteSingle(uint bits) =>
        BitConverter.UInt32BitsToSingle((bits & 0x7F800000) == 0x7F800000 ? bits ^ 0x40000000 : bits);
}
