using System.Globalization;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>Writes a number of parameters as people say it: 7.0B, 135M, 8x7B.</summary>
internal static class SizeLabel
{
    /// <summary>The label of a model.</summary>
    public static string Of(ParameterCount count) => count.ExpertCount > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{count.ExpertCount}x{Round(Math.Abs(count.Shared) + Math.Abs(count.PerExpert))}")
        : Round(Math.Abs(count.Total));

    private static string Round(long count)
    {
        // As in Python, the scaled number is a product in double precision, and a tie is rounded to the even digit.
        var (scaled, unit) = (double)count switch
        {
            > 1e12 => (count * 1e-12, "T"),
            > 1e9 => (count * 1e-9, "B"),
            > 1e6 => (count * 1e-6, "M"),
            _ => (count * 1e-3, "K"),
        };
        var whole = Math.Round(scaled, MidpointRounding.ToEven).ToString("F0", CultureInfo.InvariantCulture).TrimStart('0');
        var decimals = Math.Max(2 - whole.Length, 0);
        return Format(scaled, decimals) + unit;
    }

    private static string Format(double number, int decimals)
    {
        // .NET rounds a tie away from zero. A double is a tie only if twice the number, shifted by its decimals, is an odd whole number; few bits then,
        // so that decimal holds it exactly.
        var format = $"F{decimals}";
        var doubled = Math.ScaleB(number, decimals + 1);
        return doubled < 1e9 && doubled == Math.Floor(doubled) && doubled % 2 == 1
            ? decimal.Round((decimal)number, decimals, MidpointRounding.ToEven).ToString(format, CultureInfo.InvariantCulture)
            : number.ToString(format, CultureInfo.InvariantCulture);
    }
}
