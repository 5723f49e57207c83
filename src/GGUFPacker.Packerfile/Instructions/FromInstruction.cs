using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary><c>FROM [--platform=…] base [AS name]</c>: begins a stage. Expanded with the global arguments: base and platform.</summary>
public sealed record FromInstruction(SourceSpan Span, string Text) : Instruction(Span, Text)
{
    /// <summary>What the stage is based on: <c>scratch</c>, a stage, a named context or an image.</summary>
    public required string BaseName { get; init; }

    /// <summary>The stage's name in lower case; null without one.</summary>
    public string? StageName { get; init; }

    /// <summary>The stage's name as written.</summary>
    public string? StageNameAsWritten { get; init; }

    /// <summary>The word between base and name as written: <c>AS</c> in any case.</summary>
    public string? AsKeyword { get; init; }

    /// <summary>The platform of the base image; null without one.</summary>
    public string? Platform { get; init; }

    /// <summary>What a comment <c># NAME …</c> before the instruction says about the stage.</summary>
    public string? Description { get; init; }

    /// <inheritdoc/>
    public override FromInstruction Expand(WordExpander expander, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null)
    {
        var expansion = new Expansion(expander, variables, unmatched);
        return this with { BaseName = expansion.Word(BaseName), Platform = expansion.Word(Platform) };
    }
}
