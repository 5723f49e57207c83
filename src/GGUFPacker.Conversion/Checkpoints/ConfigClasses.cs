using System.Reflection;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>
/// The configuration classes of transformers 4.57 for the model types that are converted, from all classes with a <see cref="ConfigClassesAttribute"/>;
/// other model types have no defaults.
/// </summary>
internal static class ConfigClasses
{
    private static readonly Dictionary<string, ConfigClass> ByModelType = typeof(ConfigClasses).Assembly.GetTypes()
        .Where(type => type is { IsAbstract: true, IsSealed: true } && type.IsDefined(typeof(ConfigClassesAttribute)))
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Select(field => field.GetValue(null))
        .OfType<ConfigClass>()
        .ToDictionary(configClass => configClass.ModelType, StringComparer.Ordinal);

    /// <summary>The class of a model type, or null.</summary>
    public static ConfigClass? Find(string? modelType) => modelType is null ? null : ByModelType.GetValueOrDefault(modelType);
}
