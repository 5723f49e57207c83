using System.Collections.Immutable;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>The flags of each instruction.</summary>
internal static class KnownFlags
{
    public static IReadOnlyDictionary<string, FlagKind> None { get; } = ImmutableDictionary<string, FlagKind>.Empty;

    public static IReadOnlyDictionary<string, FlagKind> From { get; } = new Dictionary<string, FlagKind> { ["platform"] = FlagKind.Value };

    public static IReadOnlyDictionary<string, FlagKind> Add { get; } = new Dictionary<string, FlagKind>
    {
        ["exclude"] = FlagKind.Values,
        ["chown"] = FlagKind.Value,
        ["chmod"] = FlagKind.Value,
        ["link"] = FlagKind.Switch,
        ["keep-git-dir"] = FlagKind.Switch,
        ["checksum"] = FlagKind.Value,
        ["unpack"] = FlagKind.Switch,
    };

    public static IReadOnlyDictionary<string, FlagKind> Copy { get; } = new Dictionary<string, FlagKind>
    {
        ["from"] = FlagKind.Value,
        ["exclude"] = FlagKind.Values,
        ["parents"] = FlagKind.Switch,
        ["chown"] = FlagKind.Value,
        ["chmod"] = FlagKind.Value,
        ["link"] = FlagKind.Switch,
    };

    public static IReadOnlyDictionary<string, FlagKind> Convert { get; } = new Dictionary<string, FlagKind>
    {
        ["from"] = FlagKind.Value,
        ["class"] = FlagKind.Value,
        ["type"] = FlagKind.Value,
        ["base"] = FlagKind.Value,
        ["pre-tokenizer"] = FlagKind.Value,
        ["model-name"] = FlagKind.Value,
    };

    public static IReadOnlyDictionary<string, FlagKind> Quantize { get; } = new Dictionary<string, FlagKind>
    {
        ["from"] = FlagKind.Value,
        ["type"] = FlagKind.Value,
        ["imatrix"] = FlagKind.Value,
        ["imatrix-from"] = FlagKind.Value,
        ["include-weights"] = FlagKind.Values,
        ["exclude-weights"] = FlagKind.Values,
        ["leave-output-tensor"] = FlagKind.Switch,
        ["pure"] = FlagKind.Switch,
        ["output-tensor-type"] = FlagKind.Value,
        ["token-embedding-type"] = FlagKind.Value,
        ["tensor-type"] = FlagKind.Values,
        ["tensor-type-file"] = FlagKind.Value,
        ["prune-layers"] = FlagKind.Value,
        ["override-kv"] = FlagKind.Values,
        ["keep-split"] = FlagKind.Switch,
        ["allow-requantize"] = FlagKind.Switch,
    };
}
