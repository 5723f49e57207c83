namespace GGUFPacker.Packerfile.Instructions;

/// <summary>A label that LABEL sets.</summary>
/// <param name="Key">The name.</param>
/// <param name="Value">The value.</param>
public sealed record LabelDefinition(string Key, string Value)
{
    /// <summary>Whether it was written in the old form <c>LABEL name value</c>.</summary>
    public bool IsLegacyForm { get; init; }
}
