using System.Collections.Immutable;

namespace GGUFPacker.Build.Graph;

/// <summary>A stage of the file as the graph has it: a node for its file system, and what its image's config says.</summary>
public sealed record GraphStage
{
    /// <summary>The stage's number, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The name after AS, lower-case, or null.</summary>
    public string? Name { get; init; }

    /// <summary>Whether a user means this stage by a name, in any case, or a number.</summary>
    public bool IsCalled(string name) =>
        string.Equals(Name, name, StringComparison.OrdinalIgnoreCase) || name == Index.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What the stage begins with, as its FROM says.</summary>
    public required string BaseName { get; init; }

    /// <summary>The image at the bottom; null if there is none.</summary>
    public BaseImage? BaseImage { get; init; }

    /// <summary>The last node.</summary>
    public required GraphNode Root { get; init; }

    /// <summary>The nodes that each add a layer, in order, those of the base stage first.</summary>
    public ImmutableArray<GraphNode> Layers { get; init; } = [];

    /// <summary>The labels.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(
        StringComparer.Ordinal);

    /// <summary>The arguments the model starts with, or null without CMD.</summary>
    public CommandInstruction? Command { get; init; }

    /// <summary>The image's history, oldest first.</summary>
    public ImmutableArray<HistoryEntry> History { get; init; } = [];
}
