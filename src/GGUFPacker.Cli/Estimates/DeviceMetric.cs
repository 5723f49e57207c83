using System.Globalization;

namespace GGUFPacker.Cli.Estimates;

/// <summary>How fast a device is: <c>FLOPS;UP[;DOWN]</c>, of which the speed's bound uses the bandwidth of its memory, UP.</summary>
/// <param name="BytesPerSecond">Bytes a second that it reads from its memory.</param>
internal sealed record DeviceMetric(double BytesPerSecond)
{
    private static readonly (string Unit, double Factor)[] Operations =
        [("PFLOPS", 1e15), ("TFLOPS", 1e12), ("GFLOPS", 1e9), ("MFLOPS", 1e6), ("KFLOPS", 1e3)];

    private static readonly (string Unit, double Factor)[] Bandwidths =
    [
        ("PiBps", 1L << 50), ("TiBps", 1L << 40), ("GiBps", 1L << 30), ("MiBps", 1L << 20), ("KiBps", 1L << 10),
        ("PBps", 1e15), ("TBps", 1e12), ("GBps", 1e9), ("MBps", 1e6), ("KBps", 1e3),
        ("Pbps", 1e15 / 8), ("Tbps", 1e12 / 8), ("Gbps", 1e9 / 8), ("Mbps", 1e6 / 8), ("Kbps", 1e3 / 8),
    ];

    /// <summary>Reads a metric.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static DeviceMetric Parse(string text)
    {
        var parts = text.Split(';');
        if (parts.Length is not (2 or 3))
        {
            throw new UsageException($"--device-metric has invalid format: '{text}' is no FLOPS;UP[;DOWN], such as 10TFLOPS;400GBps.");
        }

        _ = Read(parts[0], Operations, "FLOPS");
        var up = Read(parts[1], Bandwidths, "Up Bandwidth");
        if (parts.Length == 3)
        {
            _ = Read(parts[2], Bandwidths, "Down Bandwidth");
        }

        return new DeviceMetric(up);
    }

    // Units differ by case: GBps are bytes, Gbps bits.
    private static double Read(string text, (string Unit, double Factor)[] units, string what)
    {
        var number = text.Trim();
        var factor = 1.0;
        foreach (var (unit, size) in units)
        {
            if (number.EndsWith(unit, StringComparison.Ordinal))
            {
                (number, factor) = (number[..^unit.Length].TrimEnd(), size);
                break;
            }
        }

        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value * factor
            : throw new UsageException($"--device-metric has invalid {what}: '{text}'.");
    }
}
