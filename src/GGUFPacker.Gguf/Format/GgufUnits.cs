using System.Globalization;
using System.Numerics;

namespace GGUFPacker.Gguf.Format;

/// <summary>Figures as gguf-parser-go writes them, to the character: <c>22.69 K</c>, <c>8.67 bpw</c>, <c>4.08 GiB</c>.</summary>
public static class GgufUnits
{
    private static readonly (double Base, string Unit)[] Counts = [(1e15, "Q"), (1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"), (1, "")];

    private static readonly (double Base, string Unit)[] Sizes =
    [
        (1L << 50, "Pi"), (1e15, "P"), (1L << 40, "Ti"), (1e12, "T"), (1L << 30, "Gi"), (1e9, "G"), (1L << 20, "Mi"), (1e6, "M"), (1L << 10, "Ki"), (1e3, "K"),
        (1, ""),
    ];

    /// <summary>A number of weights, such as <c>7.25 B</c>. Below 1000 it ends with a space, as the unit is empty.</summary>
    public static string FormatParameters(long parameters) => parameters == 0 ? "0" : Scale(parameters, Counts);

    /// <summary>A number of bytes, such as <c>4.08 GiB</c>.</summary>
    public static string FormatBytes(long bytes) => bytes == 0 ? "0 B" : Scale(bytes, Sizes) + "B";

    /// <summary>Bits per weight, such as <c>4.83 bpw</c>.</summary>
    public static string FormatBitsPerWeight(double bits) => bits <= 0 ? "0 bpw" : TwoDecimals(bits) + " bpw";

    private static string Scale(long value, (double Base, string Unit)[] scales)
    {
        var (scale, unit) = Array.Find(scales, entry => value >= entry.Base);
        var text = TwoDecimals(value / scale);
        return (text.EndsWith(".00", StringComparison.Ordinal) ? text[..^3] : text) + " " + unit;
    }

    /// <summary>Two decimals of the exact value, ties to even: .NET's own F2 takes ties away from zero, Go does not.</summary>
    private static string TwoDecimals(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = new BigInteger((bits & 0xF_FFFF_FFFF_FFFF) | (exponent == 0 ? 0 : 1L << 52)) * 100;
        var shift = Math.Max(exponent, 1) - 1075;
        BigInteger hundredths;
        if (shift >= 0)
        {
            hundredths = mantissa << shift;
        }
        else
        {
            hundredths = mantissa >> -shift;
            var twiceRest = (mantissa - (hundredths << -shift)) << 1;
            var one = BigInteger.One << -shift;
            if (twiceRest > one || (twiceRest == one && !hundredths.IsEven))
            {
                hundredths++;
            }
        }

        var whole = BigInteger.DivRem(hundredths, 100, out var fraction);
        return string.Create(CultureInfo.InvariantCulture, $"{whole}.{(int)fraction:00}");
    }
}
