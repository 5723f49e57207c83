using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Graph;

/// <summary>A name after --from and the instruction it stands in.</summary>
internal readonly record struct FromReference(string Name, SourceSpan Span);
