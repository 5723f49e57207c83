using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Build.Graph;

/// <summary>
/// The variables that instructions see. Immutable. Arguments given from outside win over defaults, those of the platform included; global arguments are seen in every stage.
/// </summary>
internal sealed class BuildVariables
{
    private const string Platform = "linux/amd64";

    private static readonly ImmutableDictionary<string, string> PlatformArguments = new Dictionary<string, string>
    {
        ["BUILDPLATFORM"] = Platform,
        ["BUILDOS"] = "linux",
        ["BUILDARCH"] = "amd64",
        ["BUILDVARIANT"] = "",
        ["TARGETPLATFORM"] = Platform,
        ["TARGETOS"] = "linux",
        ["TARGETARCH"] = "amd64",
        ["TARGETVARIANT"] = "",
    }.ToImmutableDictionary(StringComparer.Ordinal);

    // Arguments that need no ARG: BuildKit's own, and the proxies'.
    private static readonly ImmutableHashSet<string> Predefined = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase, "SOURCE_DATE_EPOCH", "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY");

    private readonly ImmutableDictionary<string, string> _given;

    private BuildVariables(ImmutableDictionary<string, string> given, ImmutableDictionary<string, string> values)
    {
        _given = given;
        Values = values;
    }

    /// <summary>The variables that are set.</summary>
    public ImmutableDictionary<string, string> Values { get; }

    /// <summary>The variables before the first instruction.</summary>
    public static BuildVariables ForPlatform(ImmutableDictionary<string, string> given)
    {
        var values = PlatformArguments.SetItems(given.Where(argument => PlatformArguments.ContainsKey(argument.Key)));
        return new(given, values);
    }

    /// <summary>Whether an argument may be given without an ARG that declares it.</summary>
    public static bool IsPredefined(string name) =>
        Predefined.Contains(name) || PlatformArguments.ContainsKey(name) || name.StartsWith("BUILDKIT_", StringComparison.Ordinal);

    /// <summary>The variables after an ARG: each of its arguments sees those before it.</summary>
    public BuildVariables Declare(ArgInstruction instruction, WordExpander expander, DiagnosticBag diagnostics)
    {
        var values = Values;
        foreach (var argument in instruction.Arguments)
        {
            try
            {
                var expanded = ArgInstruction.ExpandArgument(argument, expander, values);
                if (_given.TryGetValue(expanded.Key, out var given))
                {
                    values = values.SetItem(expanded.Key, given);
                }
                else if (expanded.Value is { } value)
                {
                    values = values.SetItem(expanded.Key, value);
                }
            }
            catch (ExpansionException error)
            {
                diagnostics.Error(DiagnosticCodes.InvalidExpansion, instruction.Span, error.Message);
            }
        }

        return new BuildVariables(_given, values);
    }

    /// <summary>These variables with those of another set on top: what a stage based on another sees.</summary>
    public BuildVariables With(BuildVariables inherited) => new(_given, Values.SetItems(inherited.Values));
}
