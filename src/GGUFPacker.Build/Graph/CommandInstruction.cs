using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Graph;

/// <summary>The CMD that holds for a stage, expanded.</summary>
/// <param name="Arguments">The arguments.</param>
/// <param name="Span">The instruction.</param>
public sealed record CommandInstruction(ImmutableArray<string> Arguments, SourceSpan Span);
