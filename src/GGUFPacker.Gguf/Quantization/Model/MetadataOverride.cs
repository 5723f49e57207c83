using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>
/// A key that is given another value in the output: <c>--override-kv KEY=TYPE:VALUE</c> of llama-quantize.
/// It also holds while the types of the tensors are decided, where the value's type is the one the key has.
/// </summary>
public sealed partial record MetadataOverride
{
    private const int MaxTextBytes = 127;

    private MetadataOverride(string key, object value) => (Key, Value) = (key, value);

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The value: a <see cref="long"/>, <see cref="double"/>, <see cref="bool"/> or <see cref="string"/>.</summary>
    public object Value { get; }

    /// <summary>Reads <c>KEY=TYPE:VALUE</c>, where TYPE is int, float, bool or str.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static MetadataOverride Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var colon = equals < 0 ? -1 : text.IndexOf(':', equals);
        if (equals <= 0 || colon < 0)
        {
            throw new FormatException($"'{text}' is no KEY=TYPE:VALUE for metadata, such as general.name=str:My model.");
        }

        var key = text[..equals];
        if (Encoding.UTF8.GetByteCount(key) > MaxTextBytes)
        {
            throw new FormatException($"The metadata key '{key}' is longer than {MaxTextBytes} bytes.");
        }

        var value = text[(colon + 1)..];
        return text[(equals + 1)..colon] switch
        {
            "int" => new(key, ParseInteger(value)),
            "float" => new(key, ParseFloat(value)),
            "bool" when value is "true" or "false" => new(key, value == "true"),
            "bool" => throw new FormatException($"The value of the metadata key '{key}' is '{value}', which is neither true nor false."),
            "str" when Encoding.UTF8.GetByteCount(value) > MaxTextBytes =>
                throw new FormatException($"The value of the metadata key '{key}' is longer than {MaxTextBytes} bytes."),
            "str" => new(key, value),
            var type => throw new FormatException($"'{type}' in '{text}' is no type of a metadata value: use int, float, bool or str."),
        };
    }

    /// <summary>The value as it is written: integers as an unsigned 32-bit number without their sign, floats with 32 bits.</summary>
    public GgufValue ToGgufValue() => Value switch
    {
        long integer => GgufValue.Of(unchecked((uint)(integer < 0 ? -integer : integer))),
        double number => GgufValue.Of((float)number),
        bool flag => GgufValue.Of(flag),
        _ => GgufValue.Of((string)Value),
    };

    // As C reads numbers: what follows the number is ignored, and no number at all is 0.
    private static long ParseInteger(string text)
    {
        var match = IntegerPrefix().Match(text);
        return !match.Success ? 0
            : long.TryParse(match.ValueSpan, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value
            : match.Value.Contains('-', StringComparison.Ordinal) ? long.MinValue : long.MaxValue;
    }

    private static double ParseFloat(string text)
    {
        var match = FloatPrefix().Match(text);
        return match.Success ? double.Parse(match.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"^\s*[+-]?[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex IntegerPrefix();

    [GeneratedRegex(@"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex FloatPrefix();
}
