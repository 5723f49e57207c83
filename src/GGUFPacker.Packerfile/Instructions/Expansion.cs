using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>The inputs of one <see cref="Instruction.Expand"/>, so that its parts share them.</summary>
internal readonly struct Expansion(WordExpander expander, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched)
{
    /// <summary>Expands a word; null stays null.</summary>
    [return: NotNullIfNotNull(nameof(word))]
    public string? Word(string? word) => word is null ? null : expander.Expand(word, variables, unmatched);

    /// <summary>Expands words.</summary>
    public ImmutableArray<string> Words(ImmutableArray<string> words)
    {
        var self = this;
        return [.. words.Select(word => self.Word(word))];
    }

    /// <summary>Expands an argument of CMD.</summary>
    public string Argument(string argument) => expander.ExpandArgument(argument, variables, unmatched);

    /// <summary>Expands the documents that are not quoted.</summary>
    public ImmutableArray<HeredocContent> Heredocs(ImmutableArray<HeredocContent> heredocs)
    {
        var self = this;
        return [.. heredocs.Select(h => h.Expand ? h with { Data = self.Document(h.Data) } : h)];
    }

    private string Document(string text) => expander.ExpandText(text, variables, unmatched);
}
