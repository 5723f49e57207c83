namespace GGUFPacker.Conversion.Projectors;

/// <summary>Registers a family of projectors: its converter is the class that has this attribute.</summary>
/// <param name="names">The names that config.json has for its models.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class ProjectorAttribute(params string[] names) : Attribute
{
    /// <summary>The names that config.json has for its models.</summary>
    public IReadOnlyList<string> Names { get; } = names;
}
