using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>
/// A model's hyperparameters: config.json with the defaults of its model type, immutable.
/// A key that is present with the value null counts as present: it hides the names that come after it in a search.
/// </summary>
internal sealed class ModelConfig
{
    private readonly Dictionary<string, JsonElement> _values;

    /// <summary>Creates the configuration from its keys.</summary>
    public ModelConfig(IEnumerable<KeyValuePair<string, JsonElement>> values)
    {
        _values = new(StringComparer.Ordinal);
        foreach (var (key, value) in values)
        {
            _values[key] = value;
        }
    }

    /// <summary>All keys with their values.</summary>
    public IReadOnlyDictionary<string, JsonElement> Values => _values;

    /// <summary>Whether the key is present, with null or any other value.</summary>
    public bool Contains(string key) => _values.ContainsKey(key);

    /// <summary>The value of a key, or null if it is absent or null.</summary>
    public JsonElement? this[string key] =>
        _values.TryGetValue(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The value of the first of these keys that is present; null if none is, or if that value is null.</summary>
    public ConfigValue? Find(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_values.TryGetValue(key, out var value))
            {
                return value.ValueKind == JsonValueKind.Null ? null : new ConfigValue(key, value);
            }
        }

        return null;
    }

    /// <summary>The value of the first of these keys that is present; null if that value is null.</summary>
    /// <exception cref="CheckpointException">None is present.</exception>
    public ConfigValue? Require(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (Contains(key))
            {
                return Find(key);
            }
        }

        throw new CheckpointException($"Cannot convert: config.json has no '{string.Join("' or '", keys)}'.");
    }

    /// <summary>The whole number of the first of these keys that is present.</summary>
    /// <exception cref="CheckpointException">None is present, or the value is null or no whole number.</exception>
    public long RequireInteger(params ReadOnlySpan<string> keys) =>
        Require(keys)?.Integer ?? throw new CheckpointException($"Cannot convert: '{string.Join("' or '", keys)}' of config.json must not be null.");

    /// <summary>A copy with some keys set anew.</summary>
    public ModelConfig With(IEnumerable<KeyValuePair<string, JsonElement>> values) => new(_values.Concat(values));

    /// <summary>A copy in which a key has the value of another one: null if that is absent.</summary>
    public ModelConfig WithRenamed(string source, string key) =>
        With([new(key, Contains(source) ? _values[source] : JsonElements.Null)]);

    /// <summary>A copy with one key set anew.</summary>
    public ModelConfig With(string key, long value) => With([new(key, JsonElements.Of(value))]);

    /// <summary>A copy with one key set anew.</summary>
    public ModelConfig With(string key, string value) => With([new(key, JsonElements.Of(value))]);

    /// <summary>A copy without these keys.</summary>
    public ModelConfig Without(params string[] keys) => new(_values.Where(entry => !keys.Contains(entry.Key)));

    /// <summary>The whole number of the first of these keys that is present; null if none is, or if that value is null.</summary>
    /// <exception cref="CheckpointException">It is no whole number.</exception>
    public long? Integer(params ReadOnlySpan<string> keys) => Find(keys)?.Integer;

    /// <summary>The whole number of the first of these keys that is present; another one where none is, or where it is null or 0.</summary>
    /// <exception cref="CheckpointException">It is no whole number.</exception>
    public long IntegerOr(long fallback, params ReadOnlySpan<string> keys) => Find(keys)?.Integer is { } number and not 0 ? number : fallback;

    /// <summary>The number of the first of these keys that is present; null if none is, or if that value is null.</summary>
    /// <exception cref="CheckpointException">It is no number.</exception>
    public double? Number(params ReadOnlySpan<string> keys) => Find(keys)?.Number;

    /// <summary>Whether a key counts as true in Python: neither absent, null, false, 0 nor empty.</summary>
    public bool IsTrue(string key) => this[key] is { } value && value.ValueKind switch
    {
        JsonValueKind.False => false,
        JsonValueKind.Number => value.GetDouble() != 0,
        JsonValueKind.String => value.GetString() != "",
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => true,
    };

    /// <summary>The strings of a list; none if the key is absent or null.</summary>
    /// <exception cref="CheckpointException">It is no list of strings.</exception>
    public IReadOnlyList<string> Texts(string key) => Elements(key, item => new ConfigValue(key, item).Text);

    /// <summary>The numbers of a list; none if the key is absent or null.</summary>
    /// <exception cref="CheckpointException">It is no list of numbers.</exception>
    public IReadOnlyList<double> Numbers(string key) => Elements(key, item => new ConfigValue(key, item).Number);

    /// <summary>The whole numbers of a list; none if the key is absent or null.</summary>
    /// <exception cref="CheckpointException">It is no list of whole numbers.</exception>
    public IReadOnlyList<long> Integers(string key) => Elements(key, item => new ConfigValue(key, item).Integer);

    /// <summary>The part of the configuration under a key; empty if the key is absent or no object.</summary>
    public ModelConfig Part(string key) => new(
        this[key] is { ValueKind: JsonValueKind.Object } part
            ? part.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value))
            : []);

    private IReadOnlyList<T> Elements<T>(string key, Func<JsonElement, T> read) => Find(key) is not { } value
        ? []
        : value.IsList
            ? [.. value.Element.EnumerateArray().Select(read)]
            : throw new CheckpointException($"Cannot convert: '{key}' of config.json must be a list.");
}
