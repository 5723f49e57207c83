using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Linting;

namespace GGUFPacker.Build.Checks;

/// <summary>What a check found, in the forms of BuildKit's lint subrequest.</summary>
/// <param name="FileName">The file's name.</param>
/// <param name="Text">The file's bytes.</param>
/// <param name="Diagnostics">What was found, in the file's order.</param>
public sealed record CheckReport(string FileName, ReadOnlyMemory<byte> Text, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>The violated lint rules.</summary>
    public ImmutableArray<Diagnostic> Violations => [.. Diagnostics.Where(diagnostic => diagnostic.Rule is not null)];

    /// <summary>The errors.</summary>
    public ImmutableArray<Diagnostic> Errors => [.. Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];

    /// <summary>Whether there is nothing to say.</summary>
    public bool IsClean => Diagnostics.IsEmpty;

    /// <summary>Writes the report for people: each violation with its excerpt.</summary>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (var violation in Violations)
        {
            writer.Write($"\nWARNING: {violation.Rule} - {LintRules.Find(violation.Rule)!.Page}\n{violation.Message}\n");
            writer.Write(SourceExcerpt.Of(Text.Span, violation.Span, FileName));
        }
    }

    /// <summary>Writes the report for programs.</summary>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteStartArray("warnings");
        foreach (var violation in Violations)
        {
            var rule = LintRules.Find(violation.Rule)!;
            writer.WriteStartObject();
            writer.WriteString("ruleName", rule.Name);
            writer.WriteString("description", rule.Description);
            writer.WriteString("url", rule.Page);
            writer.WriteString("detail", violation.Message);
            SourceLocation.Write(writer, violation.Span);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("sources");
        writer.WriteStartObject();
        writer.WriteString("filename", FileName);
        writer.WriteBase64String("data", Text.Span);
        writer.WriteString("language", "GGUFPackerfile");
        writer.WriteEndObject();
        writer.WriteEndArray();
        if (Errors is [var error, ..])
        {
            writer.WriteStartObject("buildError");
            writer.WriteString("message", error.Message);
            SourceLocation.Write(writer, error.Span);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
