using System.Globalization;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Cli.Estimates;

/// <summary>Sizes that a user types.</summary>
internal static class Sizes
{
    /// <summary>A size of memory.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static long Parse(string option, string text) =>
        ByteSize.TryParse(text, out var bytes) ? bytes : throw new UsageException($"{option} has '{text}', which is no size of memory: write 24GiB or 512MiB.");

    /// <summary>A footprint, <c>RAM,VRAM</c> in MiB.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static PlatformFootprint ParseFootprint(string text)
    {
        return text.Split(',') is [var host, var device] && Read(host) is { } hostBytes && Read(device) is { } deviceBytes
            ? new PlatformFootprint(hostBytes, deviceBytes)
            : throw new UsageException($"--platform-footprint is '{text}'; it must be RAM,VRAM in MiB, such as 150,250.");

        static long? Read(string part) =>
            uint.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var mebibytes) ? (long)mebibytes << 20 : null;
    }

    /// <summary>Contexts, <c>N,…</c>; none for -1, which leaves the choice to CMD and the model.</summary>
    /// <exception cref="UsageException">They are none.</exception>
    public static int[] ParseContexts(string text) => text.Trim() == "-1"
        ? []
        : [.. text.Split(',').Select(part => int.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var tokens)
            ? tokens
            : throw new UsageException($"--ctx-size has '{part}', which is no number of tokens."))];
}
