using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>CONVERT.</summary>
internal static class ConvertStep
{
    /// <summary>What the node puts onto its base.</summary>
    public static ImmutableSortedDictionary<string, TreeEntry> Run(BuildSession session, ConvertNode node, StageTree onto, FileTree from) =>
        throw new StepException($"CONVERT is not wired yet ({session.Epoch}, {node.Source}, {onto.Entries.Count}, {from.Find("")}).");
}
