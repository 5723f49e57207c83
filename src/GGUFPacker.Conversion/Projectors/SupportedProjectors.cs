using System.Collections.Immutable;
using System.Reflection;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>The projectors that can be converted: every class with a <see cref="ProjectorAttribute"/>.</summary>
internal static class SupportedProjectors
{
    private static readonly ImmutableArray<(ProjectorAttribute Family, Type Type)> Families =
    [
        .. typeof(Projector).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Projector)))
            .Select(type => (Family: type.GetCustomAttribute<ProjectorAttribute>()!, Type: type))
            .Where(entry => entry.Family is not null)
            .OrderBy(entry => entry.Family.Title, StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>The families, by their names for people.</summary>
    public static IEnumerable<SupportedProjector> All =>
        Families.Select(entry => new SupportedProjector { Title = entry.Family.Title, Names = [.. entry.Family.Names] });

    /// <summary>Creates the converter of a checkpoint.</summary>
    /// <exception cref="CheckpointException">There is no projector of this name, or the configuration lacks something.</exception>
    public static Projector Create(ProjectorContext context)
    {
        var type = Families.FirstOrDefault(entry => entry.Family.Names.Contains(context.HuggingFaceName)).Type
            ?? throw CheckpointException.NotSupported(
                $"the projector of {context.HuggingFaceName} (config.json)",
                $"Projectors are supported of {string.Join(", ", Families.SelectMany(entry => entry.Family.Names).Order(StringComparer.Ordinal))}.");
        return (Projector)type.GetConstructor([typeof(ProjectorContext)])!.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, [context], culture: null);
    }
}
