using System.Globalization;

namespace GGUFPacker.Build.Images;

/// <summary>
/// Numbers as Go's encoding/json writes them: the shortest digits that read back, as a plain decimal between 1e-6 and 1e21, else with an exponent.
/// </summary>
internal static class GoNumbers
{
    /// <summary>A 64-bit float.</summary>
    public static string Format(double value) => Format(value.ToString("R", CultureInfo.InvariantCulture), Math.Abs(value) is not 0 and (< 1e-6 or >= 1e21));

    /// <summary>A 32-bit float, with its own shortest digits.</summary>
    public static string Format(float value) => Format(value.ToString("R", CultureInfo.InvariantCulture), Math.Abs(value) is not 0 and (< 1e-6f or >= 1e21f));

    private static string Format(string shortest, bool withExponent)
    {
        var sign = shortest.StartsWith('-') ? "-" : "";
        var text = shortest[sign.Length..];
        var split = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = split < 0 ? text : text[..split];
        var exponent = split < 0 ? 0 : int.Parse(text[(split + 1)..], CultureInfo.InvariantCulture);

        // digits and where the point is among them
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var point = (dot < 0 ? mantissa.Length : dot) + exponent;
        var zeros = digits.Length - digits.TrimStart('0').Length;
        digits = digits.Trim('0');
        point -= zeros;
        if (digits.Length == 0)
        {
            return sign + "0";
        }

        if (withExponent)
        {
            var power = point - 1;
            var magnitude = Math.Abs(power).ToString(CultureInfo.InvariantCulture);
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(power < 0 ? "-" : "+")}{magnitude}";
        }

        return point <= 0 ? $"{sign}0.{new string('0', -point)}{digits}"
            : point >= digits.Length ? sign + digits + new string('0', point - digits.Length)
            : $"{sign}{digits[..point]}.{digits[point..]}";
    }
}
