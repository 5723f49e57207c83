using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Packerfile.Linting.Rules;

/// <summary>FromAsCasing and ConsistentInstructionCasing: what most instructions of the stages are, all should be.</summary>
internal static class CasingRules
{
    public static void Check(PackerfileDocument document, LintReporter reporter)
    {
        var instructions = document.Stages.SelectMany(stage => stage.Instructions.Prepend(stage.From)).ToList();
        var isLower = instructions.Count(i => IsLower(i.Keyword)) > instructions.Count(i => IsUpper(i.Keyword));
        foreach (var instruction in instructions)
        {
            if (isLower ? !IsLower(instruction.Keyword) : !IsUpper(instruction.Keyword))
            {
                reporter.Report(
                    LintRules.ConsistentInstructionCasing,
                    instruction.Span,
                    $"Command '{instruction.Keyword}' should match the case of the command majority ({(isLower ? "lowercase" : "uppercase")})");
            }

            if (instruction is FromInstruction { AsKeyword: { } asKeyword } from
                && (IsLower(from.Keyword) ? !IsLower(asKeyword) : IsUpper(from.Keyword) && !IsUpper(asKeyword)))
            {
                reporter.Report(
                    LintRules.FromAsCasing,
                    from.Span,
                    $"'{asKeyword}' and '{from.Keyword}' keywords' casing do not match",
                    reporter.Options.WithComments(from.Comments));
            }
        }
    }

    private static bool IsLower(string keyword) => keyword == keyword.ToLowerInvariant();

    private static bool IsUpper(string keyword) => keyword == keyword.ToUpperInvariant();
}
