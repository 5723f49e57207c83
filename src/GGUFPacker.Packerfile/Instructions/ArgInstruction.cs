using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary><c>ARG name[=value]…</c>: declares variables. Expanded: names and values.</summary>
public sealed record ArgInstruction(SourceSpan Span, string Text) : Instruction(Span, Text)
{
    /// <summary>The variables in order.</summary>
    public required ImmutableArray<ArgumentDefinition> Arguments { get; init; }

    /// <remarks>An argument may use those before it only if they are in <paramref name="variables"/>: expand one at a time for that.</remarks>
    /// <inheritdoc/>
    public override ArgInstruction Expand(WordExpander expander, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null) =>
        this with { Arguments = [.. Arguments.Select(a => ExpandArgument(a, expander, variables, unmatched))] };

    /// <summary>Expands one argument.</summary>
    /// <inheritdoc cref="Instruction.Expand"/>
    public static ArgumentDefinition ExpandArgument(
        ArgumentDefinition argument, WordExpander expander, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null)
    {
        var expansion = new Expansion(expander, variables, unmatched);
        return argument with { Key = expansion.Word(argument.Key), Value = expansion.Word(argument.Value) };
    }
}
