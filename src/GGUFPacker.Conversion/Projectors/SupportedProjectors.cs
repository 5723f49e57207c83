using System.Collections.Immutable;
using System.Reflection;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>The projectors that can be converted: every class with a <see cref="ProjectorAttribute"/>.</summary>
internal static class SupportedProjectors
{
    private static readonly Dictionary<string, ConstructorInfo> ByName = typeof(Projector).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Projector)))
        .SelectMany(type => (type.GetCustomAttribute<ProjectorAttribute>()?.Names ?? []).Select(name =>
            KeyValuePair.Create(name, type.GetConstructor([typeof(ProjectorContext)])!)))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>The names that config.json has for their models, in order.</summary>
    public static ImmutableArray<string> Names => [.. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Creates the converter of a checkpoint.</summary>
    /// <exception cref="CheckpointException">There is no projector of this name, or the configuration lacks something.</exception>
    public static Projector Create(ProjectorContext context) => ByName.TryGetValue(context.HuggingFaceName, out var constructor)
        ? (Projector)constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, [context], culture: null)
        : throw CheckpointException.NotSupported(
            $"the projector of {context.HuggingFaceName} (config.json)", $"Projectors are supported of {string.Join(", ", Names)}.");
}
