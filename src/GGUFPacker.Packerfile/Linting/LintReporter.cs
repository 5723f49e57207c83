using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Packerfile.Linting;

/// <summary>Collects what rules find, as far as the file's options let them.</summary>
public sealed class LintReporter(CheckOptions options)
{
    private readonly List<Diagnostic> _warnings = [];

    /// <summary>The file's options.</summary>
    public CheckOptions Options { get; } = options;

    /// <summary>What was found, in the file's order.</summary>
    public ImmutableArray<Diagnostic> Warnings =>
        [.. _warnings.OrderBy(warning => warning.Span.StartLine).ThenBy(warning => warning.Rule, StringComparer.Ordinal).ThenBy(warning => warning.Message, StringComparer.Ordinal)];

    /// <summary>The error that the options make of the warnings; null if there are none or they shall stay warnings.</summary>
    public Diagnostic? Violation(string path) => Options.IsError && _warnings.Count > 0
        ? new(
            DiagnosticCodes.LintViolation,
            DiagnosticSeverity.Error,
            SourceSpan.File(path),
            $"lint violation found for rules: {string.Join(", ", _warnings.Select(warning => warning.Rule).Distinct().Order(StringComparer.Ordinal))}")
        : null;

    /// <summary>Adds a warning if its rule holds.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="span">Where it is violated.</param>
    /// <param name="message">How.</param>
    /// <param name="local">The options at that place; null for the file's.</param>
    public void Report(LintRule rule, SourceSpan span, string message, CheckOptions? local = null)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if ((local ?? Options).Holds(rule))
        {
            _warnings.Add(rule.At(span, message));
        }
    }
}
