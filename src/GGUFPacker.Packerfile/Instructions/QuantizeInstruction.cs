using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>
/// <c>QUANTIZE [flags] source destination</c>: quantizes a GGUF file. Expanded: source, destination, type, importance matrix, file of tensor types, overrides.
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

    /// <summary>The importance matrix, in <see cref="ImatrixFrom"/>; null without.</summary>
    public string? Imatrix { get; init; }

    /// <summary>Where the importance matrix is, as <see cref="From"/> says it; null for the current stage.</summary>
    public string? ImatrixFrom { get; init; }

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

    /// <summary>Types of tensors by name, each <c>PATTERN=TYPE</c>; the first pattern that matches decides.</summary>
    public ImmutableArray<string> TensorTypes { get; init; } = [];

    /// <summary>A file of further types by name, in the current stage; null without.</summary>
    public string? TensorTypeFile { get; init; }

    /// <summary>The numbers of the layers to leave out, separated by commas; null without.</summary>
    public string? PruneLayers { get; init; }

    /// <summary>Keys to give another value, each <c>KEY=TYPE:VALUE</c>.</summary>
    public ImmutableArray<string> OverrideKv { get; init; } = [];

    /// <summary>Whether the result of a split model is split as that is.</summary>
    public bool KeepSplit { get; init; }

    /// <summary>Whether tensors that are quantized already may be quantized again.</summary>
    public bool AllowRequantize { get; init; }

    /// <inheritdoc/>
    public override QuantizeInstruction Expand(WordExpander expander, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null)
    {
        var expansion = new Expansion(expander, variables, unmatched);
        return this with
        {
            Source = expansion.Word(Source),
            Destination = expansion.Word(Destination),
            Type = expansion.Word(Type).ToUpperInvariant(),
            Imatrix = expansion.Word(Imatrix),
            TensorTypeFile = expansion.Word(TensorTypeFile),
            OverrideKv = expansion.Words(OverrideKv),
        };
    }

    /// <inheritdoc/>
    public override ImmutableArray<Diagnostic> Verify()
    {
        var flag = IncludeWeights.IsEmpty ? ExcludeWeights.IsEmpty ? null : "--exclude-weights" : "--include-weights";
        flag ??= string.IsNullOrEmpty(ImatrixFrom) ? null : "--imatrix-from";
        return flag is null || !string.IsNullOrEmpty(Imatrix)
            ? []
            : [new Diagnostic(DiagnosticCodes.FlagIgnored, DiagnosticSeverity.Warning, Span, $"QUANTIZE ignores {flag}, as there is no --imatrix.")];
    }
}
