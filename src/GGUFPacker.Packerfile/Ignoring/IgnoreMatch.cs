using System.Collections.Immutable;

namespace GGUFPacker.Packerfile.Ignoring;

/// <summary>What <see cref="IgnorePatterns.Match"/> found for a path; the paths below it need it.</summary>
/// <param name="IsIgnored">Whether the path is left out.</param>
/// <param name="Patterns">Which patterns match the path or a directory above it.</param>
public readonly record struct IgnoreMatch(bool IsIgnored, ImmutableArray<bool> Patterns);
