using System.Globalization;
using GGUFPacker.Cli.Output;

namespace GGUFPacker.Cli.Verifying;

/// <summary>Findings for people and for programs.</summary>
/// <param name="Target">What was verified.</param>
/// <param name="Digest">Its digest; null if it is not known.</param>
/// <param name="Findings">What is wrong, errors first.</param>
internal sealed record VerifyReport(string Target, string? Digest, IReadOnlyList<Finding> Findings)
{
    /// <summary>The number of errors.</summary>
    public int Errors => Findings.Count(finding => finding.Rule.Severity == FindingSeverity.Error);

    /// <summary>Writes it for people.</summary>
    public void WriteText(TextWriter output)
    {
        foreach (var finding in Findings.OrderByDescending(finding => finding.Rule.Severity))
        {
            output.WriteLine($"{Word(finding)} {finding.Rule.Id}: {finding.Subject}: {finding.Message}");
            output.WriteLine($"  {finding.Advice}");
        }

        var warnings = Findings.Count - Errors;
        output.WriteLine(
            Findings.Count == 0
                ? $"{Target}: nothing is wrong."
                : string.Create(
                    CultureInfo.InvariantCulture, $"{Target}: {Errors} error{(Errors == 1 ? "" : "s")}, {warnings} warning{(warnings == 1 ? "" : "s")}."));
        if (Digest is not null)
        {
            output.WriteLine(Digest);
        }
    }

    /// <summary>Writes it as JSON.</summary>
    public void WriteJson(TextWriter output) => JsonText.Write(output, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("target", Target);
        if (Digest is not null)
        {
            writer.WriteString("digest", Digest);
        }

        writer.WriteNumber("errors", Errors);
        writer.WriteNumber("warnings", Findings.Count - Errors);
        writer.WriteStartArray("findings");
        foreach (var finding in Findings.OrderByDescending(finding => finding.Rule.Severity))
        {
            writer.WriteStartObject();
            writer.WriteString("id", finding.Rule.Id);
            writer.WriteString("severity", Word(finding));
            writer.WriteString("subject", finding.Subject);
            writer.WriteString("message", finding.Message);
            writer.WriteString("advice", finding.Advice);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static string Word(Finding finding) => finding.Rule.Severity == FindingSeverity.Error ? "error" : "warning";
}
