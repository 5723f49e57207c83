using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Build.Graph;

/// <summary>Copies files from one file system onto another: ADD and COPY.</summary>
public sealed class CopyNode : GraphNode
{
    /// <summary>The file system that is copied onto.</summary>
    public required GraphNode Base { get; init; }

    /// <summary>The file system that is copied from.</summary>
    public required GraphNode From { get; init; }

    /// <summary>Paths and patterns in <see cref="From"/>.</summary>
    public required ImmutableArray<string> Sources { get; init; }

    /// <summary>The destination; a trailing <c>/</c> makes it a directory.</summary>
    public required string Destination { get; init; }

    /// <summary>Permission bits for what is copied; null keeps those of the source.</summary>
    public int? Mode { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<GraphNode> Inputs => [Base, From];

    private protected override void Describe(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("sources");
        foreach (var source in Sources)
        {
            writer.WriteStringValue(source);
        }

        writer.WriteEndArray();
        writer.WriteString("destination", Destination);
        if (Mode is { } mode)
        {
            writer.WriteNumber("mode", mode);
        }
    }
}
