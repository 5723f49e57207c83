using System.Collections.Immutable;
using Microsoft.Build.Framework;

namespace GGUFPacker.Tasks.Generation;

/// <summary>Reads what every item that names a model has: where it is, the type it is converted to, CONVERT's flags and its name.</summary>
internal static class ModelMetadata
{
    private static readonly (string Metadata, string Flag)[] ConvertFlags = [("PreTokenizer", "pre-tokenizer"), ("ModelName", "model-name")];

    /// <summary>Reads an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="defaultName">The name of one that says none.</param>
    public static ModelSource Read(ITaskItem item, string defaultName) => new(
        item.ItemSpec,
        Path.TrimEndingDirectorySeparator(item.GetMetadata("FullPath")),
        item.GetMetadata("Type") is { Length: > 0 } type && !type.Equals("auto", StringComparison.OrdinalIgnoreCase) ? type.ToUpperInvariant() : "auto",
        Flags(item),
        item.GetMetadata("Name") is { Length: > 0 } name ? name : defaultName);

    private static ImmutableArray<KeyValuePair<string, string?>> Flags(ITaskItem item) =>
        [.. ConvertFlags.Select(flag => KeyValuePair.Create(flag.Flag, (string?)item.GetMetadata(flag.Metadata))).Where(flag => flag.Value!.Length > 0)];
}
