using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Graph;

/// <summary>Collects diagnostics, so that one run tells all that is wrong.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _diagnostics = [];

    public ImmutableArray<Diagnostic> All => [.. _diagnostics.OrderBy(diagnostic => diagnostic.Span.StartLine)];

    public void AddRange(IEnumerable<Diagnostic> diagnostics) => _diagnostics.AddRange(diagnostics);

    public void Add(Diagnostic diagnostic) => _diagnostics.Add(diagnostic);

    public void Error(string code, SourceSpan span, string message) => _diagnostics.Add(new(code, DiagnosticSeverity.Error, span, message));

    public void Warning(string code, SourceSpan span, string message) => _diagnostics.Add(new(code, DiagnosticSeverity.Warning, span, message));

    /// <summary>Says that a part of the language is not there yet.</summary>
    public void NotYet(SourceSpan span, string what) => Error(GraphDiagnosticCodes.NotSupportedYet, span, $"{what} is not supported yet.");
}
