using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Build.Graph;

/// <summary>Quantizes a GGUF file: QUANTIZE.</summary>
public sealed class QuantizeNode : GraphNode
{
    /// <summary>The file system the result is put onto.</summary>
    public required GraphNode Base { get; init; }

    /// <summary>The file system that holds the source file.</summary>
    public required GraphNode From { get; init; }

    /// <summary>The source file's path in <see cref="From"/>.</summary>
    public required string Source { get; init; }

    /// <summary>The result's path in <see cref="Base"/>.</summary>
    public required string Destination { get; init; }

    /// <summary>The quantizer's options in llama-quantize's spelling, without files, in a fixed order.</summary>
    public required ImmutableArray<string> Options { get; init; }

    /// <summary>The file type's canonical name.</summary>
    public required string Type { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<GraphNode> Inputs => [Base, From];

    private protected override void Describe(Utf8JsonWriter writer)
    {
        writer.WriteString("source", Source);
        writer.WriteString("destination", Destination);
        writer.WriteString("type", Type);
        writer.WriteStartArray("options");
        foreach (var option in Options)
        {
            writer.WriteStringValue(option);
        }

        writer.WriteEndArray();
    }
}
