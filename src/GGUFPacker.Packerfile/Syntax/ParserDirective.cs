using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>A comment at the top of the file that speaks to the parser: <c># escape=`</c>.</summary>
/// <param name="Name">The name in lower case: syntax, escape or check.</param>
/// <param name="Value">What stands behind the equals sign.</param>
/// <param name="Span">Where it is.</param>
public sealed record ParserDirective(string Name, string Value, SourceSpan Span);
