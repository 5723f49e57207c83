using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Build.Graph;

/// <summary>Converts a checkpoint to a GGUF file: CONVERT.</summary>
public sealed class ConvertNode : GraphNode
{
    /// <summary>The file system the GGUF file is put onto.</summary>
    public required GraphNode Base { get; init; }

    /// <summary>The file system that holds the checkpoint.</summary>
    public required GraphNode From { get; init; }

    /// <summary>The checkpoint's directory in <see cref="From"/>.</summary>
    public required string Source { get; init; }

    /// <summary>The GGUF file's path in <see cref="Base"/>.</summary>
    public required string Destination { get; init; }

    /// <summary>The outtype, lower-case, as the converter knows it: <c>auto</c>, <c>bf16</c>, <c>q8_0</c>, ….</summary>
    public required string Type { get; init; }

    /// <summary>What is converted: <c>model</c>, <c>lora</c> or <c>mmproj</c>.</summary>
    public string Class { get; init; } = "model";

    /// <summary>The directory in <see cref="Base"/> of the model that a LoRA adapter was trained on; null for others.</summary>
    public string? BaseModel { get; init; }

    /// <summary>The pre-tokenizer's name, where the file gives one.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary>The model's name, where the file gives one.</summary>
    public string? ModelName { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<GraphNode> Inputs => [Base, From];

    private protected override void Describe(Utf8JsonWriter writer)
    {
        writer.WriteString("source", Source);
        writer.WriteString("destination", Destination);
        writer.WriteString("type", Type);
        if (Class != "model")
        {
            writer.WriteString("class", Class);
            writer.WriteString("baseModel", BaseModel);
        }

        writer.WriteString("preTokenizer", PreTokenizer);
        writer.WriteString("modelName", ModelName);
    }
}
