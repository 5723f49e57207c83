using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>
/// <c>QUANTIZE [flags] source destination</c>: quantizes a GGUF file. Expanded: source, destination, type, importance matrix.
/// The names of types are checked where the types are known.
/// </summary>
public sealed record QuantizeInstruction(SourceSpan Span, string Text) : Instruction(Span, Text)
{
    /// <summary>The GGUF file to quantize.</summary>
    public required string Source { get; init; }

    /// <summary>The GGUF file to write.</summary>
    public required string Destination { get; init; }

    /// <summary>A stage's name or number, <c>context</c>, a named context or an image; null for the current stage.</summary>
    public string? From { get; init; }

    /// <summary>The quantize type; in upper case once expanded.</summary>
    public string Type { get; init; } = "Q5_K_M";

    /// <summary>The importance matrix, in the current stage; null without.</summary>
    public string? Imatrix { get; init; }

    /// <summary>The tensors that the importance matrix is for; empty for all.</summary>
    public ImmutableArray<string> IncludeWeights { get; init; } = [];

    /// <summary>The tensors that the importance matrix is not for.</summary>
    public ImmutableArray<string> ExcludeWeights { get; init; } = [];

    /// <summary>Whether output.weight stays as it is.</summary>
    public bool LeaveOutputTensor { get; init; }

    /// <summary>Whether every tensor gets the same type.</summary>
    public bool Pure { get; init; }

    /// <summary>The type of output.weight in upper case; null without.</summary>
    public string? OutputTensorType { get; init; }

    /// <summary>The type of token_embd.weight in upper case; null without.</summary>
    public string? TokenEmbeddingType { get; init; }

    /// <inheritdoc/>
    public override QuantizeInstruction Expand(WordExpander expander, IReadOnlyDictionary<string, string> variables, ISet<string>? unmatched = null)
    {
        var expansion = new Expansion(expander, variables, unmatched);
        return this with
        {
            Source = expansion.Word(Source),
            Destination = expansion.Word(Destination),
            Type = expansion.Word(Type).ToUpperInvariant(),
            Imatrix = expansion.Word(Imatrix),
        };
    }
}
