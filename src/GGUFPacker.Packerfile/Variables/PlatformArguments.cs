using System.Collections.Immutable;

namespace GGUFPacker.Packerfile.Variables;

/// <summary>The arguments that are there without an ARG: the platform of the machine that builds, that of the image, and the stage that is built.</summary>
public sealed record PlatformArguments
{
    private const string LinuxAmd64 = "linux/amd64";

    /// <summary>The platform that builds: <c>os/architecture[/variant]</c>.</summary>
    public string BuildPlatform { get; init; } = LinuxAmd64;

    /// <summary>The platform of the image.</summary>
    public string TargetPlatform { get; init; } = LinuxAmd64;

    /// <summary>The stage that is built.</summary>
    public string TargetStage { get; init; } = "default";

    /// <summary>The arguments' names.</summary>
    public static ImmutableSortedSet<string> Names { get; } = [.. new PlatformArguments().Values.Keys];

    /// <summary>The arguments.</summary>
    public ImmutableDictionary<string, string> Values
    {
        get
        {
            var values = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            Add("BUILD", BuildPlatform);
            Add("TARGET", TargetPlatform);
            values["TARGETSTAGE"] = TargetStage;
            return values.ToImmutable();

            void Add(string prefix, string platform)
            {
                var parts = platform.Split('/');
                values[prefix + "PLATFORM"] = platform;
                values[prefix + "OS"] = parts[0];
                values[prefix + "ARCH"] = parts.ElementAtOrDefault(1) ?? "";
                values[prefix + "VARIANT"] = parts.ElementAtOrDefault(2) ?? "";
            }
        }
    }
}
