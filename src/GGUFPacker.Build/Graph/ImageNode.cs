using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Build.Graph;

/// <summary>The file system of an image.</summary>
public sealed class ImageNode : GraphNode
{
    /// <summary>The image.</summary>
    public required BaseImage Image { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<GraphNode> Inputs => [];

    private protected override void Describe(Utf8JsonWriter writer) => writer.WriteString("manifest", Image.Manifest.ToString());
}
