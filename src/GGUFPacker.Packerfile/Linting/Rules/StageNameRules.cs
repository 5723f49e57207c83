using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Packerfile.Linting.Rules;

/// <summary>StageNameCasing, DuplicateStageName, ReservedStageName.</summary>
internal static class StageNameRules
{
    public static void Check(PackerfileDocument document, LintReporter reporter)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var from in document.Stages.Select(stage => stage.From))
        {
            if (from is not { StageName: { } name, StageNameAsWritten: { } written })
            {
                continue;
            }

            if (written != name)
            {
                reporter.Report(
                    LintRules.StageNameCasing, from.Span, $"Stage name '{written}' should be lowercase", reporter.Options.WithComments(from.Comments));
            }

            if (name is "scratch" or "context")
            {
                reporter.Report(LintRules.ReservedStageName, from.Span, $"Stage name should not use the same name as reserved stage \"{name}\"");
            }

            if (!seen.Add(name))
            {
                reporter.Report(LintRules.DuplicateStageName, from.Span, $"Duplicate stage name \"{name}\", stage names should be unique");
            }
        }
    }
}
