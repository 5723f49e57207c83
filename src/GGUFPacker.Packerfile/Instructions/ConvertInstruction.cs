using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>
/// <c>CONVERT [flags] source destination</c>: makes a GGUF file of a checkpoint.
/// Expanded: source, destination, type, base, pre-tokenizer, model name.
/// </summary>
public sealed record ConvertInstruction(SourceSpan Span, string Text) : Instruction(Span, Text)
{
    /// <summary>The types that <c>--type</c> may name; AUTO is the type that most of the checkpoint has.</summary>
    public static ImmutableArray<string> KnownTypes { get; } = ["F32", "F16", "BF16", "Q8_0", "TQ1_0", "TQ2_0", "AUTO"];

    /// <summary>The classes that <c>--class</c> may name.</summary>
    public static ImmutableArray<string> KnownClasses { get; } = ["model", "lora", "adapter", "mmproj"];

    /// <summary>The checkpoint's directory or file.</summary>
    public required string Source { get; init; }

    /// <summary>The GGUF file.</summary>
    public required string Destination { get; init; }

    /// <summary>A stage's name or number, <c>context</c>, a named context or an image; null for the current stage.</summary>
    public string? From { get; init; }

    /// <summary>What is converted: model, lora (or adapter), or mmproj, the projector of a multimodal model.</summary>
    public string Class { get; init; } = "model";

    /// <summary>The type of the weights; in upper case once expanded.</summary>
    public string Type { get; init; } = "F16";

    /// <summary>The base model of a LoRA adapter, or the model that a drafter drafts for, in the current stage; null without.</summary>
    public string? Base { get; init; }

    /// <summary>The pre-tokenizer's name instead of the one found; null without.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary>The model's name instead of the one found; null without.</summary>
    public string? ModelName { get; init; }

    /// <inheritdoc/>
    public override ConvertInstruction Expand(WordExpander expander, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null)
    {
        var expansion = new Expansion(expander, variables, unmatched);
        return this with
        {
            Source = expansion.Word(Source),
            Destination = expansion.Word(Destination),
            Type = expansion.Word(Type).ToUpperInvariant(),
            Base = expansion.Word(Base),
            PreTokenizer = expansion.Word(PreTokenizer),
            ModelName = expansion.Word(ModelName),
        };
    }

    /// <inheritdoc/>
    public override ImmutableArray<Diagnostic> Verify()
    {
        var diagnostics = ImmutableArray.CreateBuilder<Diagnostic>();
        if (!KnownTypes.Contains(Type, StringComparer.OrdinalIgnoreCase))
        {
            diagnostics.Add(Error(DiagnosticCodes.InvalidFlagValue, $"CONVERT cannot write the type '{Type}'; it writes {string.Join(", ", KnownTypes)}."));
        }

        if (!KnownClasses.Contains(Class))
        {
            diagnostics.Add(Error(DiagnosticCodes.InvalidFlagValue, $"CONVERT knows no class '{Class}'; it knows {string.Join(", ", KnownClasses)}."));
        }

        if (Class is "lora" or "adapter" && string.IsNullOrEmpty(Base))
        {
            diagnostics.Add(Error(DiagnosticCodes.ConflictingFlags, $"CONVERT --class={Class} needs --base and the path of the base model."));
        }

        return diagnostics.ToImmutable();
    }
}
