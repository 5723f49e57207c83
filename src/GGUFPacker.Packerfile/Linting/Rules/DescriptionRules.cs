using System.Collections.Immutable;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Packerfile.Linting.Rules;

/// <summary>InvalidDefinitionDescription.</summary>
internal static class DescriptionRules
{
    public static void Check(PackerfileDocument document, LintReporter reporter)
    {
        foreach (var instruction in document.GlobalArguments.Concat(document.Stages.SelectMany(stage => stage.Instructions.Prepend(stage.From))))
        {
            ImmutableArray<string> names = instruction switch
            {
                ArgInstruction argument => [.. argument.Arguments.Select(a => a.Key)],
                FromInstruction { StageName: { } name } => [name],
                _ => [],
            };
            if (!names.IsEmpty && !instruction.Comments.IsEmpty && !names.Contains(instruction.Comments[^1].Split(' ')[0]))
            {
                reporter.Report(
                    LintRules.InvalidDefinitionDescription,
                    instruction.Span,
                    $"Comment for {(instruction is FromInstruction ? "FROM" : "ARG")} should follow the format: `# {(names.Length > 1 ? "<arg_key>" : names[0])} <description>`",
                    reporter.Options.WithComments(instruction.Comments));
            }
        }
    }
}
