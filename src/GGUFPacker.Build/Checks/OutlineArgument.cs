using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Checks;

/// <summary>An argument that a target uses.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; empty without.</param>
/// <param name="Description">What the file says about it; null if nothing.</param>
/// <param name="Span">The ARG that declares it.</param>
public sealed record OutlineArgument(string Name, string Value, string? Description, SourceSpan Span);
