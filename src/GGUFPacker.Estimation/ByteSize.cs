using System.Globalization;

namespace GGUFPacker.Estimation;

/// <summary>
/// Sizes of memory as users write them: <c>24GiB</c>, <c>24G</c> (the same), <c>24GB</c> (powers of ten), <c>1.5 GiB</c>, or a number of bytes.
/// </summary>
public static class ByteSize
{
    private static readonly (string Unit, double Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12),
        ("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("T", 1L << 40), ("B", 1),
    ];

    /// <summary>Reads a size.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static long Parse(string text) =>
        TryParse(text, out var bytes) ? bytes : throw new FormatException($"'{text}' is no size of memory: write 24GiB, 512MiB or a number of bytes.");

    /// <summary>Reads a size; false if it is none.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        bytes = 0;
        var number = text.Trim();
        var factor = 1.0;
        foreach (var (unit, size) in Units)
        {
            if (number.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                (number, factor) = (number[..^unit.Length].TrimEnd(), size);
                break;
            }
        }

        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || !(value * factor <= long.MaxValue / 2.0))
        {
            return false;
        }

        bytes = (long)(value * factor);
        return true;
    }
}
