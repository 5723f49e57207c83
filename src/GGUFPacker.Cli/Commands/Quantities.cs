using System.Globalization;

namespace GGUFPacker.Cli.Commands;

/// <summary>Ages and sizes as users type them.</summary>
internal static class Quantities
{
    /// <summary>Parses an age: a number with s, m, h, d or w.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static TimeSpan ParseAge(string option, string text)
    {
        var unit = text.Length == 0 ? ' ' : text[^1];
        var seconds = unit switch { 's' => 1.0, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
        return seconds > 0 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * seconds < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(number * seconds)
            : throw new UsageException($"{option} is an age such as 36h, 7d or 2w, not '{text}'.");
    }

    /// <summary>Parses a number of bytes: with k, M, G or T for powers of 1000 (kB, MB, …) or of 1024 (KiB, MiB, …, as are the letters alone).</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static long ParseBytes(string option, string text)
    {
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var unit = text[digits..].Trim().ToUpperInvariant();
        var power = unit.Length == 0 ? 0 : "KMGT".IndexOf(unit[0], StringComparison.Ordinal) + 1;
        double? scale = unit switch
        {
            "" or "B" => 1,
            [_] or [_, 'I', 'B'] when power > 0 => Math.Pow(1024, power),
            [_, 'B'] when power > 0 => Math.Pow(1000, power),
            _ => null,
        };
        return scale is { } factor
            && double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * factor < long.MaxValue
            ? (long)(number * factor)
            : throw new UsageException($"{option} is a size such as 500MB or 20GiB, not '{text}'.");
    }
}
