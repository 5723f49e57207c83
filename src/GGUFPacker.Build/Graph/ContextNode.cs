using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Build.Graph;

/// <summary>A directory of the user's: the build context or a named one. Which directory that is, the request says.</summary>
public sealed class ContextNode : GraphNode
{
    /// <summary>The name of the build context itself.</summary>
    public const string BuildContext = "context";

    /// <summary>The context's name.</summary>
    public required string Context { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<GraphNode> Inputs => [];

    private protected override void Describe(Utf8JsonWriter writer) => writer.WriteString("context", Context);
}
