using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace GGUFPacker.Oci.Content;

/// <summary>What an image runs on, in the names of Go's <c>GOOS</c> and <c>GOARCH</c>, as the OCI image specification says.</summary>
/// <param name="Os">The operating system, such as <c>linux</c>.</param>
/// <param name="Architecture">The processor, such as <c>amd64</c>.</param>
/// <param name="Variant">The processor's variant, such as <c>v7</c>; null for none.</param>
public sealed partial record Platform(string Os, string Architecture, string? Variant = null)
{
    /// <summary>The operating system's version (Windows); null for none.</summary>
    public string? OsVersion { get; init; }

    /// <summary>The machine that this runs on, as images name it: models are Linux images everywhere.</summary>
    public static Platform Host { get; } = new("linux", RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        System.Runtime.InteropServices.Architecture.Arm => "arm",
        System.Runtime.InteropServices.Architecture.S390x => "s390x",
        System.Runtime.InteropServices.Architecture.Ppc64le => "ppc64le",
        System.Runtime.InteropServices.Architecture.RiscV64 => "riscv64",
        System.Runtime.InteropServices.Architecture.LoongArch64 => "loong64",
        _ => "unknown",
    });

    [GeneratedRegex(@"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?$", RegexOptions.CultureInvariant)]
    private static partial Regex OsPart { get; }

    [GeneratedRegex("^[A-Za-z0-9_-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex OtherPart { get; }

    /// <summary>
    /// Parses <c>os</c>, <c>architecture</c>, <c>os/architecture</c> or <c>os/architecture/variant</c>, case-insensitively and with the usual other names
    /// (<c>x86_64</c>, <c>aarch64</c>, <c>macos</c>).
    /// What is left out is the host's.
    /// </summary>
    /// <exception cref="FormatException">It is no platform.</exception>
    public static Platform Parse(string text)
    {
        var parts = text.Split('/');
        var first = OsPart.Match(parts[0]);
        if (parts.Length > 3 || !first.Success || parts.Skip(1).Any(p => !OtherPart.IsMatch(p)))
        {
            throw new FormatException($"'{text}' is no platform: expected os/architecture or os/architecture/variant, such as linux/arm64.");
        }

        var os = NormalizeOs(first.Groups[1].Value);
        var version = first.Groups[2].Value is { Length: > 0 } v ? v : null;
        if (parts.Length == 1)
        {
            if (KnownSystems.Contains(os))
            {
                // Variant v7 is what "arm" means; the host's own is not known.
                return new Platform(os, Host.Architecture) { OsVersion = version };
            }

            var (known, knownVariant) = NormalizeArchitecture(os, null);
            return KnownArchitectures.Contains(known) && version is null
                ? new Platform(Host.Os, known, knownVariant is "v7" ? null : knownVariant)
                : throw new FormatException($"'{text}' is neither an operating system nor an architecture.");
        }

        var (architecture, variant) = NormalizeArchitecture(parts[1], parts.Length == 3 ? parts[2] : null);
        if (parts.Length == 2 && variant is "v7")
        {
            variant = null;
        }

        // Two parts keep "arm64" as it is; three say the variant, and are told as they were said.
        if (parts.Length == 3 && architecture == "arm64" && variant is null)
        {
            variant = "v8";
        }

        return new Platform(os, architecture, variant) { OsVersion = version };
    }

    /// <summary>The same platform in its one spelling: <c>arm</c> is <c>arm/v7</c>, <c>arm64/v8</c> is <c>arm64</c>, <c>amd64/v1</c> is <c>amd64</c>.</summary>
    public Platform Normalize()
    {
        var (architecture, variant) = NormalizeArchitecture(Architecture, Variant);
        return this with { Os = NormalizeOs(Os), Architecture = architecture, Variant = variant, OsVersion = null };
    }

    /// <summary>Whether a machine of this platform runs images for the other: the same system and processor, and no newer variant.</summary>
    public bool Runs(Platform other)
    {
        var (mine, theirs) = (Normalize(), other.Normalize());
        if (mine.Os != theirs.Os)
        {
            return false;
        }

        if (mine.Architecture == theirs.Architecture)
        {
            return string.CompareOrdinal(theirs.Variant ?? "", mine.Variant ?? (mine.Architecture == "amd64" ? "v1" : "v8")) <= 0;
        }

        return mine.Architecture == "arm64" && theirs.Architecture == "arm";
    }

    /// <summary>The form <c>os/architecture/variant</c>.</summary>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    private static string NormalizeOs(string os) => os.ToLowerInvariant() switch { "macos" => "darwin", var other => other };

    private static (string Architecture, string? Variant) NormalizeArchitecture(string architecture, string? variant)
    {
        variant = variant?.ToLowerInvariant();
        switch (architecture.ToLowerInvariant())
        {
            case "i386": return ("386", null);
            case "x86_64" or "x86-64" or "amd64": return ("amd64", variant is "v1" ? null : variant);
            case "aarch64" or "arm64": return ("arm64", variant is "8" or "v8" ? null : variant);
            case "armhf": return ("arm", "v7");
            case "armel": return ("arm", "v6");
            case "arm": return ("arm", variant switch { null or "7" => "v7", "5" or "6" or "8" => "v" + variant, _ => variant });
            case var other: return (other, variant);
        }
    }

    private static readonly HashSet<string> KnownSystems =
    [
        "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd", "openbsd", "plan9", "solaris", "wasip1",
        "windows", "zos",
    ];

    private static readonly HashSet<string> KnownArchitectures =
    [
        "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "ppc64", "ppc64le", "loong64", "mips", "mipsle", "mips64", "mips64le", "mips64p32",
        "mips64p32le", "ppc", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm",
    ];
}
