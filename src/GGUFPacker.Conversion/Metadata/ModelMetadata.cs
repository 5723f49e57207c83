namespace GGUFPacker.Conversion.Metadata;

/// <summary>
/// The description of a model: values by the keys of <see cref="MetadataKeys"/>. A value is set once; what comes later from weaker sources is ignored.
/// </summary>
internal sealed class ModelMetadata
{
    private readonly Dictionary<string, MetadataValue?> _values = new(StringComparer.Ordinal);

    /// <summary>The value of a key, or null.</summary>
    public MetadataValue? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>The text of a key, or null if there is no value or no text.</summary>
    public string? Text(string key) => (this[key] as MetadataValue.Text)?.Value;

    /// <summary>Sets a key whatever it was; null removes it.</summary>
    public void Set(string key, MetadataValue? value) => _values[key] = value;

    /// <summary>Sets a key that has no value yet.</summary>
    public void SetIfMissing(string key, MetadataValue? value)
    {
        if (this[key] is null)
        {
            _values[key] = value;
        }
    }

    /// <summary>Sets a key that has no value yet.</summary>
    public void SetIfMissing(string key, string? value) => SetIfMissing(key, value is null ? null : new MetadataValue.Text(value));

    /// <summary>Sets what a model's name tells and is not known yet.</summary>
    public void SetIfMissing(ModelIdentifier identifier)
    {
        SetIfMissing(MetadataKeys.Name, Title.Of(identifier.FullName));
        SetIfMissing(MetadataKeys.Organization, identifier.Organization is { } organization ? Title.Of(organization) : null);
        SetIfMissing(MetadataKeys.Basename, identifier.Basename);
        SetIfMissing(MetadataKeys.Finetune, identifier.Finetune);
        SetIfMissing(MetadataKeys.Version, identifier.Version);
        SetIfMissing(MetadataKeys.SizeLabel, identifier.SizeLabel);
    }
}
