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

    /// <summary>The importance matrix's path in <see cref="ImatrixFrom"/>, or null.</summary>
    public string? Imatrix { get; init; }

    /// <summary>The file system that holds the importance matrix; null without one.</summary>
    public GraphNode? ImatrixFrom { get; init; }

    /// <summary>Parts of the names of the tensors that alone the importance matrix is used for; empty for all.</summary>
    public ImmutableArray<string> IncludeWeights { get; init; } = [];

    /// <summary>Parts of the names of the tensors that the importance matrix is not used for.</summary>
    public ImmutableArray<string> ExcludeWeights { get; init; } = [];

    /// <summary>The path of a file of tensor types in <see cref="Base"/>, or null.</summary>
    public string? TensorTypeFile { get; init; }

    /// <summary>The quantizer's other options in llama-quantize's spelling, without files, in a fixed order.</summary>
    public required ImmutableArray<string> Options { get; init; }

    /// <summary>The file type's canonical name.</summary>
    public required string Type { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<GraphNode> Inputs => ImatrixFrom is null ? [Base, From] : [Base, From, ImatrixFrom];

    private protected override void Describe(Utf8JsonWriter writer)
    {
        writer.WriteString("source", Source);
        writer.WriteString("destination", Destination);
        writer.WriteString("type", Type);
        writer.WriteString("imatrix", Imatrix);
        writer.WriteString("tensorTypeFile", TensorTypeFile);
        WriteTexts(writer, "includeWeights", IncludeWeights);
        WriteTexts(writer, "excludeWeights", ExcludeWeights);
        WriteTexts(writer, "options", Options);
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, ImmutableArray<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
