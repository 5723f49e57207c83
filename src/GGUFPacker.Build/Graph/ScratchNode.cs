using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Build.Graph;

/// <summary>The empty file system.</summary>
public sealed class ScratchNode : GraphNode
{
    /// <inheritdoc/>
    public override ImmutableArray<GraphNode> Inputs => [];

    private protected override void Describe(Utf8JsonWriter writer)
    {
    }
}
