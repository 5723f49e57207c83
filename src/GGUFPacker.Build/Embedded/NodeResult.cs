using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;

namespace GGUFPacker.Build.Embedded;

/// <summary>What evaluating a node gave.</summary>
/// <param name="Tree">The file system.</param>
/// <param name="Difference">What the node put onto its base; null for nodes that make no layer.</param>
internal sealed record NodeResult(FileTree Tree, ImmutableSortedDictionary<string, TreeEntry>? Difference = null);
