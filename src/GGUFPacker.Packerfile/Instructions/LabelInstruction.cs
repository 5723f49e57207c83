using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary><c>LABEL name=value…</c>: sets labels of the image. Expanded: names and values.</summary>
public sealed record LabelInstruction(SourceSpan Span, string Text) : Instruction(Span, Text)
{
    /// <summary>The labels in order.</summary>
    public required ImmutableArray<LabelDefinition> Labels { get; init; }

    /// <inheritdoc/>
    public override LabelInstruction Expand(WordExpander expander, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null)
    {
        var expansion = new Expansion(expander, variables, unmatched);
        return this with { Labels = [.. Labels.Select(l => l with { Key = expansion.Word(l.Key), Value = expansion.Word(l.Value) })] };
    }
}
