using System.Collections.Immutable;
using Microsoft.Build.Framework;

namespace GGUFPacker.Tasks.Generation;

/// <summary>QUANTIZE's flags as metadata of a <c>GGUFQuantizeType</c> item, or of the <c>GGUFModel</c> item for all types.</summary>
internal static class QuantizeMetadata
{
    private static readonly (string Metadata, string Flag)[] Switches =
    [
        ("Pure", "pure"), ("LeaveOutputTensor", "leave-output-tensor"), ("AllowRequantize", "allow-requantize"), ("KeepSplit", "keep-split"),
    ];

    private static readonly (string Metadata, string Flag)[] Values =
        [("OutputTensorType", "output-tensor-type"), ("TokenEmbeddingType", "token-embedding-type")];

    // Each part between semicolons is a flag of its own.
    private static readonly (string Metadata, string Flag)[] Lists =
    [
        ("IncludeWeights", "include-weights"), ("ExcludeWeights", "exclude-weights"), ("TensorTypes", "tensor-type"), ("OverrideKv", "override-kv"),
    ];

    /// <summary>Reads a type.</summary>
    /// <param name="type">The item.</param>
    /// <param name="model">The model, whose metadata hold where the type has none.</param>
    /// <param name="projectDirectory">What paths are relative to.</param>
    public static QuantizeVariant Read(ITaskItem type, ITaskItem? model, string projectDirectory)
    {
        string Value(string name) => type.GetMetadata(name) is { Length: > 0 } own ? own : model?.GetMetadata(name) ?? "";
        string? FileOf(string name) =>
            Value(name) is { Length: > 0 } path ? Path.GetFullPath(path.Replace('\\', Path.DirectorySeparatorChar), projectDirectory) : null;

        var flags = ImmutableArray.CreateBuilder<KeyValuePair<string, string?>>();
        flags.AddRange(Switches.Where(flag => Value(flag.Metadata).Equals("true", StringComparison.OrdinalIgnoreCase)).Select(flag => KeyValuePair.Create(flag.Flag, (string?)null)));
        flags.AddRange(Values.Where(flag => Value(flag.Metadata).Length > 0).Select(flag => KeyValuePair.Create(flag.Flag, (string?)Value(flag.Metadata))));
        flags.AddRange(Lists.SelectMany(flag => Split(Value(flag.Metadata)).Select(part => KeyValuePair.Create(flag.Flag, (string?)part))));
        if (string.Join(',', Split(Value("PruneLayers"))) is { Length: > 0 } layers)
        {
            flags.Add(KeyValuePair.Create("prune-layers", (string?)layers));
        }

        return new QuantizeVariant(
            type.ItemSpec.ToUpperInvariant(), flags.ToImmutable())
        { Imatrix = FileOf("Imatrix"), TensorTypeFile = FileOf("TensorTypeFile") };
    }

    private static string[] Split(string value) => value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
