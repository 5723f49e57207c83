using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>A value of config.json together with its key, so that errors can name it.</summary>
/// <param name="Key">The key under which the value was found.</param>
/// <param name="Element">The value; never null.</param>
internal readonly record struct ConfigValue(string Key, JsonElement Element)
{
    /// <summary>The value as a whole number. True and false count as 1 and 0; a number with a point or exponent does not.</summary>
    /// <exception cref="CheckpointException">It is no whole number.</exception>
    public long Integer => Element.ValueKind switch
    {
        JsonValueKind.Number when Element.TryGetInt64(out var integer) && !Element.GetRawText().AsSpan().ContainsAny(".eE") => integer,
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => throw Wrong("a whole number"),
    };

    /// <summary>The value as a number.</summary>
    /// <exception cref="CheckpointException">It is no number.</exception>
    public double Number => Element.ValueKind switch
    {
        JsonValueKind.Number when Element.TryGetDouble(out var number) && double.IsFinite(number) => number,
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String when Element.GetString() is "NaN" => double.NaN,
        JsonValueKind.String when Element.GetString() is "Infinity" => double.PositiveInfinity,
        JsonValueKind.String when Element.GetString() is "-Infinity" => double.NegativeInfinity,
        _ => throw Wrong("a number"),
    };

    /// <summary>The value as text.</summary>
    /// <exception cref="CheckpointException">It is no string.</exception>
    public string Text => Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Wrong("a string");

    /// <summary>The value as the id of a token.</summary>
    /// <exception cref="CheckpointException">It is no whole number, negative or too large.</exception>
    public uint TokenId => Integer is >= 0 and <= uint.MaxValue ? (uint)Integer : throw Wrong("the id of a token");

    /// <summary>Whether the value is a list.</summary>
    public bool IsList => Element.ValueKind == JsonValueKind.Array;

    private CheckpointException Wrong(string expected)
    {
        var text = Element.GetRawText();
        return new CheckpointException($"Cannot convert: '{Key}' of config.json must be {expected}, not {(text.Length > 80 ? text[..80] + "…" : text)}.");
    }
}
