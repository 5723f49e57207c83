using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Syntax;

namespace GGUFPacker.Packerfile;

/// <summary>A parsed GGUFPackerfile. What could not be parsed is missing and named in the diagnostics.</summary>
/// <param name="Path">The file's path as given.</param>
/// <param name="GlobalArguments">The ARG instructions before the first FROM.</param>
/// <param name="Stages">The stages in order.</param>
/// <param name="Diagnostics">Errors and warnings in the order of the file.</param>
public sealed record PackerfileDocument(
    string Path,
    ImmutableArray<ArgInstruction> GlobalArguments,
    ImmutableArray<Stage> Stages,
    ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>The escape character, for <see cref="Variables.WordExpander"/>.</summary>
    public char Escape { get; init; } = '\\';

    /// <summary>The parser directives.</summary>
    public ImmutableArray<ParserDirective> Directives { get; init; } = [];

    /// <summary>The value of the <c>check</c> directive up to its first blank; null without one.</summary>
    public string? Check { get; init; }

    /// <summary>Whether the file has errors and cannot be built.</summary>
    public bool HasErrors => Diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error);
}
