using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>Reads hyper-parameters by llama.cpp's rules: a key has exactly the wanted type, and an override of that type goes before it.</summary>
internal sealed class HyperParameterReader(GgufMetadata metadata, IReadOnlyCollection<MetadataOverride> overrides)
{
    /// <summary>The text of a key, or null.</summary>
    public string? GetString(string key) => OverrideOf<string>(key, out var text) ? text : Get<GgufString>(key)?.ToString();

    /// <summary>The unsigned 32-bit number of a key, or null.</summary>
    public uint? GetUInt32(string key) => OverrideOf<long>(key, out var number) ? unchecked((uint)number) : Get<uint>(key);

    /// <summary>The unsigned 32-bit number of a key that must be there.</summary>
    public uint RequireUInt32(string key) => GetUInt32(key) ?? throw Missing(key);

    /// <summary>Refuses a model without a float that llama.cpp needs to load it.</summary>
    public void RequireFloat32(string key)
    {
        if (!OverrideOf<double>(key, out _) && Get<float>(key) is null)
        {
            throw Missing(key);
        }
    }

    /// <summary>The numbers of a key that holds one for each layer, or one for all; empty if it is absent. An absent key cannot be overridden.</summary>
    public IReadOnlyList<uint> GetPerLayer(string key, int layers)
    {
        if (metadata[key] is not { } value)
        {
            return [];
        }

        if (value.Type != GgufValueType.Array)
        {
            return [RequireUInt32(key)];
        }

        uint[]? numbers = value.TryGetArray<uint>(out var unsigned) ? unsigned.ToArray()
            : value.TryGetArray<int>(out var signed) ? Array.ConvertAll(signed.ToArray(), number => unchecked((uint)number))
            : value.TryGetArray<bool>(out var flags) ? Array.ConvertAll(flags.ToArray(), flag => flag ? 1u : 0u)
            : throw new GgufException($"The model cannot be loaded: {key} is an array of {value.ElementType} instead of 32-bit integers.");
        return numbers.Length == layers
            ? numbers
            : throw new GgufException($"The model cannot be loaded: {key} has {numbers.Length} values for {layers} layers.");
    }

    private static GgufException Missing(string key) => new($"The model cannot be loaded: the metadata key {key} is missing.");

    private T? Get<T>(string key)
        where T : struct
    {
        if (metadata[key] is not { } value)
        {
            return null;
        }

        return value.TryGet<T>(out var result)
            ? result
            : throw new GgufException($"The model cannot be loaded: {key} is of type {value.Type} instead of {typeof(T).Name}.");
    }

    // The first override of a key counts here, although the last one is written.
    private bool OverrideOf<T>(string key, out T? value)
    {
        var first = overrides.FirstOrDefault(candidate => candidate.Key == key)?.Value;
        value = first is T match ? match : default;
        return first is T;
    }
}
