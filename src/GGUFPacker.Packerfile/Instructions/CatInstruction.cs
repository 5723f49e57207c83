using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>
/// <c>CAT &lt;&lt;EOF destination</c> or <c>CAT words… destination</c>: writes text files, mode 0644. Several heredocs are several files
/// in the destination. Expanded: destination, words and unquoted heredocs; quotes in them are text.
/// </summary>
public sealed record CatInstruction(SourceSpan Span, string Text) : Instruction(Span, Text)
{
    /// <summary>The files; plain words are one file named STDIN: the words with one space between them and a line feed at the end.</summary>
    public required ImmutableArray<HeredocContent> Heredocs { get; init; }

    /// <summary>Where they go; a trailing slash means a directory.</summary>
    public required string Destination { get; init; }

    /// <inheritdoc/>
    public override CatInstruction Expand(WordExpander expander, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null)
    {
        var expansion = new Expansion(expander, variables, unmatched);
        return this with { Destination = expansion.Word(Destination), Heredocs = expansion.Heredocs(Heredocs) };
    }
}
