using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>
/// <c>COPY [flags] source… destination</c>: copies files of the build context, a stage, a named context or an image, and heredocs.
/// Expanded: sources, destination, unquoted heredocs, owner, mode.
/// </summary>
public sealed record CopyInstruction(SourceSpan Span, string Text) : Instruction(Span, Text)
{
    /// <summary>Paths in the source.</summary>
    public required ImmutableArray<string> Sources { get; init; }

    /// <summary>Files given in place.</summary>
    public ImmutableArray<HeredocContent> Heredocs { get; init; } = [];

    /// <summary>Where they go; a trailing slash means a directory.</summary>
    public required string Destination { get; init; }

    /// <summary>A stage's name or number, <c>context</c>, a named context or an image; null for the build context.</summary>
    public string? From { get; init; }

    /// <summary>Patterns of files to leave out.</summary>
    public ImmutableArray<string> Exclude { get; init; } = [];

    /// <summary>Whether the sources' directories are kept.</summary>
    public bool Parents { get; init; }

    /// <summary><c>user[:group]</c>; null without.</summary>
    public string? Owner { get; init; }

    /// <summary>The octal mode; null without.</summary>
    public string? Mode { get; init; }

    /// <summary>Whether the layer is independent of those below.</summary>
    public bool Link { get; init; }

    /// <inheritdoc/>
    public override CopyInstruction Expand(WordExpander expander, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null)
    {
        var expansion = new Expansion(expander, variables, unmatched);
        return this with
        {
            Owner = expansion.Word(Owner),
            Mode = expansion.Word(Mode),
            Sources = expansion.Words(Sources),
            Destination = expansion.Word(Destination),
            Heredocs = expansion.Heredocs(Heredocs),
        };
    }
}
