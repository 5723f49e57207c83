using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Packerfile.Variables;

/// <summary>A word cannot be expanded.</summary>
public sealed class ExpansionException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="fault">Why.</param>
    /// <param name="message">What is wrong.</param>
    public ExpansionException(ExpansionFault fault, string message)
        : base(message) => Fault = fault;

    /// <summary>Why it cannot be expanded.</summary>
    public ExpansionFault Fault { get; }

    /// <summary>The exception as something to show with its place.</summary>
    public Diagnostic ToDiagnostic(SourceSpan span) => new(DiagnosticCodes.InvalidExpansion, DiagnosticSeverity.Error, span, Message);
}
