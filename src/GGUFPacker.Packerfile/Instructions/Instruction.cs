using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>An instruction of a GGUFPackerfile. Its texts are as written until <see cref="Expand"/>.</summary>
/// <param name="Span">Where it is, heredocs included.</param>
/// <param name="Text">The joined line as written.</param>
public abstract record Instruction(SourceSpan Span, string Text)
{
    /// <summary>The instruction's name as written, in any case.</summary>
    public required string Keyword { get; init; }

    /// <summary>The comments right before it.</summary>
    public ImmutableArray<string> Comments { get; init; } = [];

    /// <summary>The instruction with variables expanded in the places where its kind allows them.</summary>
    /// <param name="expander">The expander for the file's escape character.</param>
    /// <param name="variables">The variables that are set.</param>
    /// <param name="unmatched">Receives the names that are looked up and not set: a list gets each once for every word, a set once.</param>
    /// <exception cref="ExpansionException">A reference is faulty or demands a variable that is not set.</exception>
    public virtual Instruction Expand(WordExpander expander, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null) => this;

    /// <summary>What is wrong with an expanded instruction and could not be known before.</summary>
    public virtual ImmutableArray<Diagnostic> Verify() => [];

    /// <summary>An error at this instruction.</summary>
    private protected Diagnostic Error(string code, string message) => new(code, DiagnosticSeverity.Error, Span, message);
}
