using System.Collections;
using System.Collections.Immutable;

namespace GGUFPacker.Gguf.Format;

/// <summary>The key-values of a model, in file order. Immutable; <see cref="ToBuilder"/> gives a copy that can be changed.</summary>
public sealed class GgufMetadata : IReadOnlyList<KeyValuePair<string, GgufValue>>
{
    private readonly ImmutableArray<KeyValuePair<string, GgufValue>> _entries;
    private readonly Dictionary<string, GgufValue> _byKey;

    private GgufMetadata(ImmutableArray<KeyValuePair<string, GgufValue>> entries, Dictionary<string, GgufValue> byKey)
    {
        _entries = entries;
        _byKey = byKey;
    }

    /// <summary>No key-values.</summary>
    public static GgufMetadata Empty { get; } = new Builder().Build();

    /// <summary>The number of keys.</summary>
    public int Count => _entries.Length;

    /// <summary>The key-value at a place.</summary>
    public KeyValuePair<string, GgufValue> this[int index] => _entries[index];

    /// <summary>The value of a key, or null.</summary>
    public GgufValue? this[string key] => _byKey.GetValueOrDefault(key);

    /// <summary>The text of a key, or null if the key is absent or no string.</summary>
    public string? GetString(string key) => this[key]?.AsString();

    /// <summary>The integer of a key, or null if the key is absent or no integer.</summary>
    public long? GetInteger(string key) => this[key] is { } value && value.TryGetInteger(out var integer) ? integer : null;

    /// <summary>A copy to change.</summary>
    public Builder ToBuilder()
    {
        var builder = new Builder();
        foreach (var (key, value) in _entries)
        {
            builder.Set(key, value);
        }

        return builder;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, GgufValue>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, GgufValue>>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Collects key-values. A key that is set again keeps its place and takes the new value, as in llama.cpp's writer.</summary>
    public sealed class Builder
    {
        private readonly OrderedDictionary<string, GgufValue> _entries = new(StringComparer.Ordinal);

        /// <summary>Sets a key.</summary>
        public Builder Set(string key, GgufValue value)
        {
            _entries[key] = value;
            return this;
        }

        /// <summary>Removes a key and sets it anew, which puts it at the end.</summary>
        public Builder Append(string key, GgufValue value)
        {
            _entries.Remove(key);
            _entries.Add(key, value);
            return this;
        }

        /// <summary>Removes a key if it is there.</summary>
        public Builder Remove(string key)
        {
            _entries.Remove(key);
            return this;
        }

        /// <summary>Whether the key is set.</summary>
        public bool Contains(string key) => _entries.ContainsKey(key);

        /// <summary>The immutable result.</summary>
        public GgufMetadata Build() => new([.. _entries], new Dictionary<string, GgufValue>(_entries, StringComparer.Ordinal));
    }
}
