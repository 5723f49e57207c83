using System.Collections.Immutable;
using System.Reflection;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The families that can be converted: every class with a <see cref="FamilyAttribute"/>.</summary>
internal static class SupportedArchitectures
{
    /// <summary>The families, by their names for people.</summary>
    public static ImmutableArray<ArchitectureFamily> Families { get; } =
    [
        .. typeof(ModelArchitecture).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ModelArchitecture)))
            .Select(type => (Type: type, Family: type.GetCustomAttribute<FamilyAttribute>()))
            .Where(entry => entry.Family is not null)
            .Select(entry => new ArchitectureFamily(entry.Family!, entry.Type))
            .OrderBy(family => family.Title, StringComparer.OrdinalIgnoreCase),
    ];

    private static readonly Dictionary<string, ArchitectureFamily> ByName = Families
        .SelectMany(family => family.Names.Select(name => KeyValuePair.Create(name, family)))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>The names that config.json has for them, in order.</summary>
    public static ImmutableArray<string> Names => [.. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The family of a name in config.json, or null.</summary>
    /// <param name="name">The name.</param>
    /// <param name="modelType">config.json's model_type, which decides for some families; null without one.</param>
    public static ArchitectureFamily? Find(string name, string? modelType = null) =>
        (modelType is null ? null : Families.FirstOrDefault(family => family.ModelType == modelType)) ?? ByName.GetValueOrDefault(name);
}
