using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>A file as the grammar sees it.</summary>
internal sealed record SyntaxTree(
    char Escape,
    ImmutableArray<ParserDirective> Directives,
    ImmutableArray<SyntaxInstruction> Instructions,
    ImmutableArray<Diagnostic> Diagnostics);
