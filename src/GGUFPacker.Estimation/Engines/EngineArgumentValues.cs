using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Engines;

/// <summary>The words of an engine's command line, and the values that options take from them.</summary>
internal sealed class EngineArgumentValues(IReadOnlyList<string> arguments)
{
    // kv_cache_types
    private static readonly TensorType[] CacheTypes =
    [
        TensorType.F32, TensorType.F16, TensorType.BF16, TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_1, TensorType.IQ4_NL, TensorType.Q5_0, TensorType.Q5_1,
    ];

    private int _next;

    /// <summary>The next word; null at the end.</summary>
    public string? Next() => _next < arguments.Count ? arguments[_next++] : null;

    /// <summary>The option's value.</summary>
    public string Value(string option) => _next < arguments.Count ? arguments[_next++] : throw new EstimateException($"{option} has no value.");

    /// <summary>A whole number.</summary>
    public int Integer(string option, int least)
    {
        var text = Value(option);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least
            ? value
            : throw Wrong(option, text, least <= 0 ? $"a number from {least}" : "a positive number");
    }

    /// <summary>A number of layers; -1 for all.</summary>
    public int Layers(string option)
    {
        var text = Value(option);
        return text is "auto" or "all" ? -1
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? Math.Max(-1, value)
            : throw Wrong(option, text, "a number, auto or all");
    }

    /// <summary>How attention is computed. Older releases had a flag without a value.</summary>
    public FlashAttention FlashAttention()
    {
        Estimation.FlashAttention? given = _next < arguments.Count
            ? arguments[_next] switch
            {
                "on" or "enabled" or "true" or "1" => Estimation.FlashAttention.On,
                "off" or "disabled" or "false" or "0" => Estimation.FlashAttention.Off,
                "auto" or "-1" => Estimation.FlashAttention.Auto,
                _ => null,
            }
            : null;
        _next += given is null ? 0 : 1;
        return given ?? Estimation.FlashAttention.On;
    }

    /// <summary>Some of a few names, separated by commas.</summary>
    public ImmutableArray<string> OneOf(string option, ImmutableArray<string> names)
    {
        var values = Value(option).Split(',');
        return Array.Find(values, value => !names.Contains(value)) is { } other ? throw Wrong(option, other, string.Join(", ", names)) : [.. values];
    }

    /// <summary>A type of the cache.</summary>
    public TensorType CacheType(string option)
    {
        var text = Value(option);
        return TensorTypes.TryParse(text, out var type) && CacheTypes.Contains(type)
            ? type
            : throw Wrong(option, text, "one of " + string.Join(", ", CacheTypes.Select(known => known.GgmlName)));
    }

    /// <summary>The devices' shares.</summary>
    public ImmutableArray<float> Split(string option)
    {
        var text = Value(option);
        var shares = ImmutableArray.CreateBuilder<float>();
        foreach (var part in text.Split([',', '/'], StringSplitOptions.RemoveEmptyEntries))
        {
            shares.Add(float.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && float.IsFinite(share) ? share : throw Wrong(option, text, "numbers with commas"));
        }

        return shares.Count > 0 && shares.Sum() > 0 ? shares.ToImmutable() : throw Wrong(option, text, "numbers with commas");
    }

    /// <summary>Places of weights, PATTERN=BUFFER,…: buffers are called after devices, CPU or CUDA1; the number is the device's place.</summary>
    public ImmutableArray<TensorOverride> Overrides(string option)
    {
        var text = Value(option);
        var overrides = ImmutableArray.CreateBuilder<TensorOverride>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var buffer = equals > 0 ? part[(equals + 1)..] : throw Wrong(option, text, "PATTERN=BUFFER with commas");
            var digits = string.Concat(buffer.Reverse().TakeWhile(char.IsAsciiDigit).Reverse());
            int? device = buffer.StartsWith("CPU", StringComparison.OrdinalIgnoreCase) || buffer.EndsWith("_Host", StringComparison.OrdinalIgnoreCase) ? null
                : digits.Length is > 0 and < 4 ? int.Parse(digits, CultureInfo.InvariantCulture)
                : digits.Length == 0 ? 0
                : throw Wrong(option, text, "PATTERN=BUFFER with commas");
            overrides.Add(new TensorOverride(part[..equals], device));
        }

        return overrides.ToImmutable();
    }

    /// <summary>Files: FILE,…; scaled ones are FILE:SCALE,…, or were FILE SCALE.</summary>
    public IEnumerable<string> Files(string option, bool isScaled)
    {
        var files = Value(option).Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (!isScaled)
        {
            return files;
        }

        if (_next < arguments.Count && float.TryParse(arguments[_next], NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            _next++;
            return files;
        }

        return files.Select(file => file.LastIndexOf(':') is var colon and > 1 ? file[..colon] : file);
    }

    /// <summary>A value that is none.</summary>
    public static EstimateException Wrong(string option, string value, string expected) => new($"{option} is '{value}'; it must be {expected}.");
}
