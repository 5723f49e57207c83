using System.Globalization;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Writes the keys of a model's hyperparameters. A value that is null is left out.</summary>
internal sealed class ParameterWriter(GgufMetadata.Builder builder, string architecture, uint fileType)
{
    /// <summary>A count or size (32-bit, unsigned).</summary>
    /// <param name="key">The key without the architecture, such as <c>attention.head_count</c>.</param>
    /// <param name="value">The value, which must be a whole number.</param>
    public void Count(string key, ConfigValue? value)
    {
        if (value is { } present)
        {
            Count(key, present.Integer, present.Key);
        }
    }

    /// <summary>A count or size (32-bit, unsigned), with a default where the configuration has none.</summary>
    public void Count(string key, ConfigValue? value, long missing) => Count(key, value?.Integer ?? missing, value?.Key);

    /// <summary>A count or size (32-bit, unsigned).</summary>
    public void Count(string key, long value, string? source = null) =>
        builder.Set(Full(key), GgufValue.Of(value is >= 0 and <= uint.MaxValue
            ? (uint)value
            : throw new CheckpointException($"Cannot convert: '{source ?? key}' of config.json is {value}, which does not fit into the key {Full(key)}.")));

    /// <summary>
    /// A count that may differ from layer to layer: one number (32-bit, unsigned) or a list of them (32-bit, signed). An empty list is left out.
    /// </summary>
    public void CountOrCounts(string key, ConfigValue? value)
    {
        if (value is not { IsList: true } list)
        {
            Count(key, value);
        }
        else if (list.Element.GetArrayLength() > 0)
        {
            var counts = list.Element.EnumerateArray().Select(item => new ConfigValue(list.Key, item).Integer).ToArray();
            builder.Set(Full(key), GgufValue.OfArray(Array.ConvertAll(counts, count => count is >= int.MinValue and <= int.MaxValue
                ? (int)count
                : throw new CheckpointException($"Cannot convert: '{list.Key}' of config.json holds {count}, which does not fit into the key {Full(key)}."))));
        }
    }

    /// <summary>A number (32-bit float).</summary>
    public void Real(string key, ConfigValue? value)
    {
        if (value is { } present)
        {
            var number = present.Number;
            var single = (float)number;
            builder.Set(Full(key), GgufValue.Of(float.IsFinite(single)
                ? single
                : throw new CheckpointException(
                    $"Cannot convert: '{present.Key}' of config.json is {number.ToString(CultureInfo.InvariantCulture)}, which the key {Full(key)} cannot hold.")));
        }
    }

    /// <summary>A number (32-bit float).</summary>
    public void Real(string key, double value) => builder.Set(Full(key), GgufValue.Of((float)value));

    /// <summary>Counts, one for each layer (32-bit, signed). None are left out.</summary>
    public void Counts(string key, IEnumerable<long> values, string? source = null) =>
        CountOrCounts(key, new ConfigValue(source ?? key, JsonElements.Of(values)));

    /// <summary>Large numbers (64-bit, unsigned).</summary>
    public void LargeNumbers(string key, IEnumerable<ulong> values) => builder.Set(Full(key), GgufValue.OfArray(values.ToArray()));

    /// <summary>Yes or no, for each layer. None are left out.</summary>
    public void Flags(string key, IEnumerable<bool> values)
    {
        if (values.ToArray() is { Length: > 0 } flags)
        {
            builder.Set(Full(key), GgufValue.OfArray(flags));
        }
    }

    /// <summary>Numbers (32-bit float). None are left out.</summary>
    public void Reals(string key, IEnumerable<float> values)
    {
        if (values.ToArray() is { Length: > 0 } numbers)
        {
            builder.Set(Full(key), GgufValue.OfArray(numbers));
        }
    }

    /// <summary>A list of numbers as it is: whole ones (32-bit, signed) or others (32-bit float), by the first. An empty list is left out.</summary>
    public void Numbers(string key, ConfigValue list)
    {
        if (!list.IsList)
        {
            throw new CheckpointException($"Cannot convert: '{list.Key}' must be a list of numbers.");
        }

        var items = list.Element.EnumerateArray().ToList();
        if (items.Count > 0 && IsInteger(items[0]))
        {
            CountOrCounts(key, list);
        }
        else
        {
            Reals(key, items.Select(item => !IsInteger(item)
                ? (float)new ConfigValue(list.Key, item).Number
                : throw new CheckpointException($"Cannot convert: '{list.Key}' holds whole numbers and others; write them in one way.")));
        }

        static bool IsInteger(JsonElement item) => item.ValueKind == JsonValueKind.Number && !item.GetRawText().AsSpan().ContainsAny(".eE");
    }

    /// <summary>Texts. None are left out.</summary>
    public void Texts(string key, IEnumerable<string> values)
    {
        if (values.ToArray() is { Length: > 0 } texts)
        {
            builder.Set(Full(key), GgufValue.OfStrings(texts));
        }
    }

    /// <summary>general.file_type, where the family has it.</summary>
    public void FileType() => builder.Set("general.file_type", GgufValue.Of(fileType));

    /// <summary>A text.</summary>
    public void Text(string key, string value) => builder.Set(Full(key), GgufValue.Of(value));

    /// <summary>A text under a key that does not begin with the architecture.</summary>
    public void GlobalText(string key, string value) => builder.Set(key, GgufValue.Of(value));

    /// <summary>Texts under a key that does not begin with the architecture.</summary>
    public void GlobalTexts(string key, IEnumerable<string> values) => builder.Set(key, GgufValue.OfStrings(values));

    /// <summary>Numbers (32-bit float) under a key that does not begin with the architecture.</summary>
    public void GlobalReals(string key, IEnumerable<float> values) => builder.Set(key, GgufValue.OfArray(values.ToArray()));

    /// <summary>A count (32-bit, unsigned) under a key that does not begin with the architecture.</summary>
    public void GlobalCount(string key, uint value) => builder.Set(key, GgufValue.Of(value));

    /// <summary>Counts or ids (32-bit, signed) under a key that does not begin with the architecture. None are left out.</summary>
    public void GlobalCounts(string key, IEnumerable<int> values)
    {
        if (values.ToArray() is { Length: > 0 } numbers)
        {
            builder.Set(key, GgufValue.OfArray(numbers));
        }
    }

    /// <summary>Yes or no under a key that does not begin with the architecture.</summary>
    public void GlobalFlag(string key, bool value) => builder.Set(key, GgufValue.Of(value));

    /// <summary>Yes or no.</summary>
    public void Flag(string key, bool value) => builder.Set(Full(key), GgufValue.Of(value));

    private string Full(string key) => $"{architecture}.{key}";
}
