using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Build.Graph;

/// <summary>Writes files whose content stands in the GGUFPackerfile: CAT, and the heredocs of ADD and COPY.</summary>
public sealed class WriteNode : GraphNode
{
    /// <summary>The file system that is written onto.</summary>
    public required GraphNode Base { get; init; }

    /// <summary>The files: name (used where the destination is a directory) and content.</summary>
    public required ImmutableArray<(string Name, ImmutableArray<byte> Content)> Files { get; init; }

    /// <summary>The destination; a trailing <c>/</c> makes it a directory.</summary>
    public required string Destination { get; init; }

    /// <summary>The files' permission bits.</summary>
    public int Mode { get; init; } = 0x1A4; // 0644

    /// <inheritdoc/>
    public override ImmutableArray<GraphNode> Inputs => [Base];

    private protected override void Describe(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("files");
        foreach (var (name, content) in Files)
        {
            writer.WriteStringValue(name);
            writer.WriteBase64StringValue(content.AsSpan());
        }

        writer.WriteEndArray();
        writer.WriteString("destination", Destination);
        writer.WriteNumber("mode", Mode);
    }
}
