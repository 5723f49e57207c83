namespace GGUFPacker.Packerfile.Instructions;

/// <summary>A variable that ARG declares.</summary>
/// <param name="Key">The name.</param>
/// <param name="Value">The default; null without <c>=</c>.</param>
public sealed record ArgumentDefinition(string Key, string? Value)
{
    /// <summary>What a comment <c># NAME …</c> before the instruction says about it.</summary>
    public string? Description { get; init; }
}
