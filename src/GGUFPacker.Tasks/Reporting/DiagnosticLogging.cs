using GGUFPacker.Build.Engine;
using GGUFPacker.Packerfile.Diagnostics;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace GGUFPacker.Tasks.Reporting;

/// <summary>Diagnostics and failures as MSBuild's errors, warnings and messages.</summary>
internal static class DiagnosticLogging
{
    /// <summary>Logs a diagnostic with its code, its place and a link to the code's page.</summary>
    public static void LogDiagnostic(this TaskLoggingHelper log, Diagnostic diagnostic)
    {
        var span = diagnostic.Span;
        var link = HelpLink.To(diagnostic);
        var message = diagnostic.Rule is { } rule ? $"{diagnostic.Message} ({rule})" : diagnostic.Message;
        switch (diagnostic.Severity)
        {
            case DiagnosticSeverity.Error:
                log.LogError(null, diagnostic.Code, null, link, span.Path, span.StartLine, span.StartColumn, span.EndLine, span.EndColumn, message);
                break;
            case DiagnosticSeverity.Warning:
                log.LogWarning(null, diagnostic.Code, null, link, span.Path, span.StartLine, span.StartColumn, span.EndLine, span.EndColumn, message);
                break;
            default:
                log.LogMessage(
                    null, diagnostic.Code, null, span.Path, span.StartLine, span.StartColumn, span.EndLine, span.EndColumn, MessageImportance.Normal, message);
                break;
        }
    }

    /// <summary>Logs what ended a task.</summary>
    /// <param name="log">The log.</param>
    /// <param name="exception">The reason.</param>
    /// <param name="projectFile">The place of a reason that has none.</param>
    public static void LogFailure(this TaskLoggingHelper log, Exception exception, string projectFile)
    {
        if (exception is BuildException { Diagnostics.IsDefaultOrEmpty: false } build)
        {
            foreach (var diagnostic in build.Diagnostics)
            {
                log.LogDiagnostic(diagnostic);
            }

            return;
        }

        const string Code = TaskDiagnosticCodes.UnexpectedFailure;
        log.LogError(null, Code, null, HelpLink.To(Code), projectFile, 0, 0, 0, 0, exception.Message);
        log.LogMessage(MessageImportance.Low, exception.ToString());
    }
}
