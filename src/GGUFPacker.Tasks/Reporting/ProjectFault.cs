using GGUFPacker.Build.Engine;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Tasks.Reporting;

/// <summary>What is wrong with a project, as the exception that ends a task.</summary>
internal static class ProjectFault
{
    /// <summary>A single error.</summary>
    public static BuildException At(SourceSpan span, string code, string message) => new([new Diagnostic(code, DiagnosticSeverity.Error, span, message)]);
}
