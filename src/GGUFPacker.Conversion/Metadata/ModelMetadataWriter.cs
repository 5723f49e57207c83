using System.Numerics;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>Writes a model's description as keys. Empty values are left out; a value of the wrong kind ends the conversion, as in llama.cpp.</summary>
internal static class ModelMetadataWriter
{
    /// <summary>Writes the keys.</summary>
    /// <exception cref="CheckpointException">A value is of the wrong kind; the message names the key.</exception>
    public static void Write(ModelMetadata metadata, GgufMetadata.Builder builder)
    {
        foreach (var (key, _, kind) in MetadataKeys.Sampling)
        {
            WriteSampling(builder, key, kind, metadata[key]);
        }

        foreach (var key in MetadataKeys.Texts)
        {
            WriteText(builder, key, key == MetadataKeys.License ? Licenses(metadata[key]) : metadata[key]);
        }

        WriteOrigins(builder, "general.base_model", MetadataKeys.BaseModels, metadata[MetadataKeys.BaseModels]);
        WriteOrigins(builder, "general.dataset", MetadataKeys.Datasets, metadata[MetadataKeys.Datasets]);
        WriteList(builder, MetadataKeys.Tags, metadata[MetadataKeys.Tags]);
        WriteList(builder, MetadataKeys.Languages, metadata[MetadataKeys.Languages]);
    }

    private static void WriteSampling(GgufMetadata.Builder builder, string key, SamplingKind kind, MetadataValue? value)
    {
        if (value is null)
        {
            return;
        }

        if (kind == SamplingKind.Text)
        {
            WriteText(builder, key, value);
            return;
        }

        builder.Set(key, (kind, value) switch
        {
            (SamplingKind.Integer, MetadataValue.Integer { Value: var number }) => GgufValue.Of(ToInt32(key, number)),
            (SamplingKind.Integer, MetadataValue.Flag { Value: var flag }) => GgufValue.Of(flag ? 1 : 0),
            (SamplingKind.Real, MetadataValue.Integer { Value: var number }) => GgufValue.Of(ToSingle(key, (double)number)),
            (SamplingKind.Real, MetadataValue.Real { Value: var number }) => GgufValue.Of(ToSingle(key, number)),
            (SamplingKind.Real, MetadataValue.Flag { Value: var flag }) => GgufValue.Of(flag ? 1f : 0f),
            _ => throw Wrong(key, kind == SamplingKind.Integer ? "a whole number" : "a number", value),
        });
    }

    private static void WriteText(GgufMetadata.Builder builder, string key, MetadataValue? value)
    {
        if (value is null || value.IsEmpty)
        {
            return;
        }

        builder.Set(key, value is MetadataValue.Text { Value: var text } ? GgufValue.Of(text) : throw Wrong(key, "a string", value));
    }

    /// <summary>Several licenses are written as one text.</summary>
    private static MetadataValue? Licenses(MetadataValue? value) => value is MetadataValue.Sequence { Items: var items }
        ? new MetadataValue.Text(string.Join(',', items.Select(License)))
        : value;

    private static string License(MetadataValue? value) =>
        value is MetadataValue.Text { Value: var text } ? text : throw Wrong(MetadataKeys.License, "a list of strings", value);

    private static void WriteOrigins(GgufMetadata.Builder builder, string prefix, string key, MetadataValue? value)
    {
        if (value is null)
        {
            return;
        }

        var items = (value as MetadataValue.Sequence ?? throw Wrong(key, "a list", value)).Items;
        builder.Set($"{prefix}.count", GgufValue.Of((uint)items.Count));
        for (var i = 0; i < items.Count; i++)
        {
            var members = (items[i] as MetadataValue.Mapping ?? throw Wrong(key, "a list of mappings", items[i])).Members;
            foreach (var name in MetadataKeys.OriginTexts)
            {
                if (members.TryGetValue(name, out var member))
                {
                    WriteText(builder, $"{prefix}.{i}.{name}", member);
                }
            }
        }
    }

    /// <summary>A list of elements of one type: strings, integers (32-bit), numbers (32-bit) or booleans.</summary>
    private static void WriteList(GgufMetadata.Builder builder, string key, MetadataValue? value)
    {
        if (value is null or { IsEmpty: true } and (MetadataValue.Sequence or MetadataValue.Text or MetadataValue.Mapping))
        {
            return;
        }

        var items = (value as MetadataValue.Sequence ?? throw Wrong(key, "a list", value)).Items;
        var first = items[0];
        if (items.Any(item => item?.GetType() != first?.GetType()))
        {
            throw new CheckpointException(
                $"Cannot convert: '{key}' (README.md or the metadata file) must be a list of strings, but its elements are of several kinds."
                + " Put them into quotes.");
        }

        builder.Set(key, first switch
        {
            MetadataValue.Text => GgufValue.OfStrings(items.Cast<MetadataValue.Text>().Select(item => item.Value)),
            MetadataValue.Integer => GgufValue.OfArray(items.Cast<MetadataValue.Integer>().Select(item => ToInt32(key, item.Value)).ToArray()),
            MetadataValue.Real => GgufValue.OfArray(items.Cast<MetadataValue.Real>().Select(item => ToSingle(key, item.Value)).ToArray()),
            MetadataValue.Flag => GgufValue.OfArray(items.Cast<MetadataValue.Flag>().Select(item => item.Value).ToArray()),
            _ => throw Wrong(key, "a list of strings", first),
        });
    }

    private static int ToInt32(string key, BigInteger number) =>
        number >= int.MinValue && number <= int.MaxValue
            ? (int)number
            : throw new CheckpointException($"Cannot convert: {number} does not fit into the key '{key}'.");

    private static float ToSingle(string key, double number)
    {
        var single = (float)number;
        return float.IsInfinity(single) && double.IsFinite(number)
            ? throw new CheckpointException($"Cannot convert: {number} does not fit into the key '{key}'.")
            : single;
    }

    private static CheckpointException Wrong(string key, string expected, MetadataValue? value) =>
        new($"Cannot convert: '{key}' (README.md, generation_config.json or the metadata file) must be {expected}, not {value?.Kind ?? "null"}.");
}
