using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Linting.Rules;

/// <summary>UndefinedVar. Each word that names an unset variable counts once.</summary>
internal static class VariableRules
{
    /// <summary>Expands an instruction and reports what it looks up in vain.</summary>
    /// <returns>The expanded instruction; null if it cannot be expanded, which the build tells.</returns>
    public static Instruction? Expand(StageFacts stage, Instruction instruction)
    {
        if (instruction is ArgInstruction argument)
        {
            stage.Variables = stage.Variables.Declare(
                argument, stage.Expander, onUnmatched: (variables, names) => Report(stage, argument.Span, names, variables));
            return argument;
        }

        var unmatched = new List<string>();
        try
        {
            return instruction.Expand(stage.Expander, stage.Variables.Values, unmatched);
        }
        catch (ExpansionException)
        {
            return null;
        }
        finally
        {
            Report(stage, instruction.Span, unmatched, stage.Variables);
        }
    }

    private static void Report(StageFacts stage, SourceSpan span, IEnumerable<string> names, BuildVariables variables)
    {
        foreach (var name in names.Where(name => !variables.Declared.Contains(name)))
        {
            var hint = Suggestion.Find(name, variables.Values.Keys.Order(StringComparer.Ordinal)) is { } known ? $" (did you mean ${known}?)" : "";
            stage.Report(LintRules.UndefinedVar, span, $"Usage of undefined variable '${name}'{hint}");
        }
    }
}
