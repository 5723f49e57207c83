using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>A value of a model card or of a metadata file. Null stands for YAML's and JSON's null.</summary>
internal abstract record MetadataValue
{
    private MetadataValue()
    {
    }

    /// <summary>Whether Python counts the value as false: empty, zero or false.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>What the value is, for messages.</summary>
    public abstract string Kind { get; }

    /// <summary>Takes over a JSON value.</summary>
    public static MetadataValue? Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => new Text(json.GetString()!),
        JsonValueKind.True => new Flag(true),
        JsonValueKind.False => new Flag(false),
        JsonValueKind.Number when json.GetRawText().AsSpan().ContainsAny(".eE") => new Real(json.GetDouble()),
        JsonValueKind.Number => new Integer(BigInteger.Parse(json.GetRawText(), CultureInfo.InvariantCulture)),
        JsonValueKind.Array => new Sequence([.. json.EnumerateArray().Select(Of)]),
        JsonValueKind.Object => new Mapping(MembersOf(json)),
        _ => null,
    };

    private static Dictionary<string, MetadataValue?> MembersOf(JsonElement json)
    {
        var members = new Dictionary<string, MetadataValue?>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
        {
            members[property.Name] = Of(property.Value);
        }

        return members;
    }

    /// <summary>A string.</summary>
    public sealed record Text(string Value) : MetadataValue
    {
        /// <inheritdoc/>
        public override bool IsEmpty => Value.Length == 0;

        /// <inheritdoc/>
        public override string Kind => "a string";
    }

    /// <summary>A whole number.</summary>
    public sealed record Integer(BigInteger Value) : MetadataValue
    {
        /// <inheritdoc/>
        public override bool IsEmpty => Value.IsZero;

        /// <inheritdoc/>
        public override string Kind => "a whole number";
    }

    /// <summary>A number with a fraction.</summary>
    public sealed record Real(double Value) : MetadataValue
    {
        /// <inheritdoc/>
        public override bool IsEmpty => Value == 0;

        /// <inheritdoc/>
        public override string Kind => "a number";
    }

    /// <summary>True or false.</summary>
    public sealed record Flag(bool Value) : MetadataValue
    {
        /// <inheritdoc/>
        public override bool IsEmpty => !Value;

        /// <inheritdoc/>
        public override string Kind => Value ? "'true' (or 'yes')" : "'false' (or 'no')";
    }

    /// <summary>A list.</summary>
    public sealed record Sequence(IReadOnlyList<MetadataValue?> Items) : MetadataValue
    {
        /// <inheritdoc/>
        public override bool IsEmpty => Items.Count == 0;

        /// <inheritdoc/>
        public override string Kind => "a list";
    }

    /// <summary>A mapping; keys that are no strings are not kept.</summary>
    public sealed record Mapping(IReadOnlyDictionary<string, MetadataValue?> Members) : MetadataValue
    {
        /// <inheritdoc/>
        public override bool IsEmpty => Members.Count == 0;

        /// <inheritdoc/>
        public override string Kind => "a mapping";
    }

    /// <summary>A value of YAML that no key of a model can take: a date, binary data.</summary>
    public sealed record Other(string Description) : MetadataValue
    {
        /// <inheritdoc/>
        public override bool IsEmpty => false;

        /// <inheritdoc/>
        public override string Kind => Description;
    }
}
