using System.Collections.Immutable;

namespace GGUFPacker.Packerfile.Variables;

/// <summary>What a word expands to, and the names in it.</summary>
/// <param name="Value">The expanded word.</param>
/// <param name="Matched">The names that were looked up and set.</param>
/// <param name="Unmatched">The names that were looked up and not set.</param>
public sealed record WordExpansion(string Value, ImmutableSortedSet<string> Matched, ImmutableSortedSet<string> Unmatched);
