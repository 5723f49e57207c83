using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>
/// What a plain scalar of YAML 1.1 means, as PyYAML's safe loader reads it: <c>no</c> is false, <c>1_000</c> and <c>0x1F</c> are numbers,
/// <c>1:30</c> is ninety, <c>2024-05-01</c> is a date.
/// </summary>
internal static partial class YamlScalars
{
    /// <summary>Resolves a plain scalar.</summary>
    /// <exception cref="CheckpointException">It looks like a date but is none.</exception>
    public static MetadataValue? Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON":
                return new MetadataValue.Flag(true);
            case "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF":
                return new MetadataValue.Flag(false);
            case "=" or "<<":
                throw new CheckpointException($"Cannot read README.md: a lone '{text}' has a meaning of its own in YAML. Put it into quotes.");
        }

        return Float().IsMatch(text) ? new MetadataValue.Real(ParseReal(text))
            : Int().IsMatch(text) ? new MetadataValue.Integer(ParseInteger(text))
            : Timestamp().Match(text) is { Success: true } date ? Date(date)
            : new MetadataValue.Text(text);
    }

    /// <summary>Parses a whole number of YAML 1.1.</summary>
    /// <exception cref="CheckpointException">It is none.</exception>
    public static BigInteger ParseInteger(string text)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        var sign = digits.StartsWith('-') ? -1 : 1;
        digits = digits.TrimStart('+', '-');
        try
        {
            return sign * (digits switch
            {
                "0" => BigInteger.Zero,
                ['0', 'b', .. var binary] => InBase(binary, 2),
                ['0', 'x', .. var hexadecimal] => InBase(hexadecimal, 16),
                ['0', .. var octal] => InBase(octal, 8),
                _ => digits.Split(':').Aggregate(BigInteger.Zero, (sum, part) => (sum * 60) + Decimal(part)),
            });
        }
        catch (FormatException exception)
        {
            throw new CheckpointException($"Cannot read README.md: '{text}' is no whole number.", exception);
        }
    }

    /// <summary>Parses a number of YAML 1.1.</summary>
    /// <exception cref="CheckpointException">It is none.</exception>
    public static double ParseReal(string text)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        var sign = digits.StartsWith('-') ? -1.0 : 1.0;
        digits = digits.TrimStart('+', '-');
        try
        {
            return sign * (digits switch
            {
                ".inf" => double.PositiveInfinity,
                ".nan" => double.NaN,
                _ => digits.Split(':').Aggregate(0.0, (sum, part) => (sum * 60) + double.Parse(part, NumberStyles.Float, CultureInfo.InvariantCulture)),
            });
        }
        catch (FormatException exception)
        {
            throw new CheckpointException($"Cannot read README.md: '{text}' is no number.", exception);
        }
    }

    private static BigInteger Decimal(string digits) => BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private static BigInteger InBase(string digits, int radix)
    {
        if (digits.Length == 0)
        {
            throw new FormatException("There are no digits.");
        }

        return digits.Aggregate(BigInteger.Zero, (sum, digit) => (sum * radix) + System.Convert.ToInt32(digit.ToString(), 16));
    }

    private static MetadataValue.Other Date(Match match)
    {
        var year = Number("year");
        var month = Number("month");
        var day = Number("day");
        var isDate = year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            && Number("hour") < 24 && Number("minute") < 60 && Number("second") < 60;
        return isDate
            ? new MetadataValue.Other("a date")
            : throw new CheckpointException($"Cannot read README.md: '{match.Value}' looks like a date, but there is no such day. Put it into quotes.");

        int Number(string group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
    }

    // The patterns are those of the YAML 1.1 type repository, with PyYAML's differences: an exponent needs a sign, and a date without time two-digit parts.
    [GeneratedRegex(
        @"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
        + @"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Float();

    [GeneratedRegex(
        @"^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Int();

    [GeneratedRegex(
        @"^(?<year>[0-9]{4})-(?<month>[0-9]{1,2})-(?<day>[0-9]{1,2})"
        + @"(?:(?:[Tt]|[ \t]+)(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?"
        + @"|(?<=^[0-9]{4}-[0-9]{2}-[0-9]{2}))\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Timestamp();
}
