using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Estimation.Models;

/// <summary>Reads an architecture's keys from a header, with llama.cpp's strictness: what must be there is an error if it is not.</summary>
internal sealed class HeaderKeys(GgufMetadata metadata, string architecture)
{
    /// <summary>The value of a key; null if it is absent.</summary>
    public GgufValue? Find(string key) => metadata[$"{architecture}.{key}"];

    /// <summary>An integer that must be there.</summary>
    public int Require(string key) =>
        Find(key) is { } value ? Integer(key, value) : throw new EstimateException($"The model's header has no {architecture}.{key}.");

    /// <summary>An integer, or what counts without the key.</summary>
    public int Get(string key, int otherwise = 0) => Find(key) is { } value ? Integer(key, value) : otherwise;

    /// <summary>A yes or no, or what counts without the key.</summary>
    public bool GetFlag(string key, bool otherwise) => Find(key) is { } value ? Integer(key, value) != 0 : otherwise;

    /// <summary>A real number, or what counts without the key.</summary>
    public double GetReal(string key, double otherwise)
    {
        var value = Find(key);
        return value is null ? otherwise
            : value.TryGet<float>(out var single) ? single
            : value.TryGet<double>(out var number) ? number
            : Integer(key, value);
    }

    /// <summary>Fills one entry for each layer with a number, or with an array's numbers (get_key_or_arr). Without the key nothing changes.</summary>
    /// <returns>Whether the key is there.</returns>
    public bool Fill(string key, Span<int> entries)
    {
        if (Find(key) is not { } value)
        {
            return false;
        }

        if (value.Type != GgufValueType.Array)
        {
            entries.Fill(Integer(key, value));
            return true;
        }

        if (value.Count < entries.Length)
        {
            throw new EstimateException($"{architecture}.{key} has {value.Count} entries; the model has {entries.Length} layers.");
        }

        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = Element(key, value, i);
        }

        return true;
    }

    /// <summary>Marks the layers that have a limit, which is a positive number. Without the key nothing changes.</summary>
    public void MarkLimits(string key, Span<bool> layers)
    {
        // What llama.cpp takes for zero.
        const double Nothing = 1e-6;
        if (Find(key) is not { } value)
        {
            return;
        }

        if (value.Type != GgufValueType.Array)
        {
            layers.Fill(GetReal(key, 0) > Nothing);
        }
        else if (value.TryGetArray<float>(out var limits))
        {
            for (var i = 0; i < Math.Min(layers.Length, limits.Length); i++)
            {
                layers[i] = limits[i] > Nothing;
            }
        }
    }

    /// <summary>Fills one entry for each layer with a yes or no. Without the key nothing changes.</summary>
    /// <returns>Whether the key is there.</returns>
    public bool Fill(string key, Span<bool> entries)
    {
        var numbers = new int[entries.Length];
        if (!Fill(key, numbers))
        {
            return false;
        }

        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = numbers[i] != 0;
        }

        return true;
    }

    private int Integer(string key, GgufValue value) =>
        value.TryGetInteger(out var integer) && integer is >= int.MinValue and <= int.MaxValue
            ? (int)integer
            : throw new EstimateException($"{architecture}.{key} is no integer of 32 bits.");

    private int Element(string key, GgufValue value, int index) =>
        value.TryGetArray<int>(out var ints) ? ints[index]
        : value.TryGetArray<uint>(out var uints) && uints[index] <= int.MaxValue ? (int)uints[index]
        : value.TryGetArray<bool>(out var flags) ? flags[index] ? 1 : 0
        : value.TryGetArray<long>(out var longs) && longs[index] is >= int.MinValue and <= int.MaxValue ? (int)longs[index]
        : throw new EstimateException($"{architecture}.{key} is no array of integers of 32 bits.");
}
