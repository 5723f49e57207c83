namespace GGUFPacker.Conversion.Projectors;

/// <summary>Registers a family of projectors: its converter is the class that has this attribute.</summary>
/// <param name="title">The family's name for people, such as <c>Gemma 3</c>.</param>
/// <param name="names">The names that config.json has for its models.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class ProjectorAttribute(string title, params string[] names) : Attribute
{
    /// <summary>The family's name for people.</summary>
    public string Title { get; } = title;

    /// <summary>The names that config.json has for its models.</summary>
    public IReadOnlyList<string> Names { get; } = names;
}
