using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>An instruction as the grammar sees it: name, flags, arguments, heredocs.</summary>
internal sealed record SyntaxInstruction
{
    /// <summary>The name as written.</summary>
    public required string Keyword { get; init; }

    /// <summary>The joined line, continuations resolved.</summary>
    public required string Text { get; init; }

    /// <summary>The words that begin with <c>--</c>, quotes and escapes resolved.</summary>
    public required ImmutableArray<string> Flags { get; init; }

    /// <summary>The arguments; for LABEL name, value and separator of each pair.</summary>
    public required ImmutableArray<string> Arguments { get; init; }

    /// <summary>Whether the arguments were a JSON array.</summary>
    public bool IsJson { get; init; }

    /// <summary>The documents that follow the line.</summary>
    public ImmutableArray<Heredoc> Heredocs { get; init; } = [];

    /// <summary>The comments before the instruction.</summary>
    public ImmutableArray<string> Comments { get; init; } = [];

    /// <summary>Where it is, heredocs included.</summary>
    public SourceSpan Span { get; init; }
}
