using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Linting.Rules;

namespace GGUFPacker.Packerfile.Linting;

/// <summary>
/// Checks a file against the lint rules. Rules about the text hold for what could be parsed; those about its meaning need a file without errors.
/// </summary>
public static class Linter
{
    /// <summary>Checks a file.</summary>
    /// <param name="document">The file.</param>
    /// <param name="options">What the rules know besides the file.</param>
    /// <param name="reporter">Told what is found.</param>
    public static void Run(PackerfileDocument document, LintOptions options, LintReporter reporter)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(reporter);
        foreach (var warning in document.Diagnostics.Where(diagnostic => diagnostic.Rule is not null))
        {
            reporter.Report(LintRules.Find(warning.Rule)!, warning.Span, warning.Message);
        }

        StageNameRules.Check(document, reporter);
        CasingRules.Check(document, reporter);
        DescriptionRules.Check(document, reporter);
        SecretRules.CheckDefaults(document, reporter);
        if (document.HasErrors)
        {
            return;
        }

        var globals = BaseImageRules.Check(document, options, reporter);
        var stages = new List<StageFacts>();
        foreach (var stage in document.Stages)
        {
            var silent = options.Stages is { } wanted && !wanted.Contains(stage.Index);
            var facts = new StageFacts(document, stage, globals, stages, options, silent ? new LintReporter(new CheckOptions { SkipAll = true }) : reporter);
            foreach (var instruction in stage.Instructions)
            {
                Check(facts, instruction);
            }

            LicenseRule.Check(facts);
            stages.Add(facts);
        }
    }

    private static void Check(StageFacts stage, Instruction instruction)
    {
        stage.BeginInstruction(instruction);
        var expanded = VariableRules.Expand(stage, instruction);
        switch (expanded)
        {
            case ArgInstruction argument:
                SecretRules.CheckNames(stage, argument);
                break;
            case LabelInstruction label:
                InstructionRules.CheckLabel(stage, label);
                break;
            case CmdInstruction command:
                InstructionRules.CheckCommand(stage, command);
                break;
            case AddInstruction add:
                CopyIgnoredFileRule.Check(stage, "Add", add.Sources, add.Span);
                SourceRules.Check(stage, add);
                break;
            case CopyInstruction { From: null } copy:
                CopyIgnoredFileRule.Check(stage, "Copy", copy.Sources, copy.Span);
                break;
            case QuantizeInstruction quantize:
                QuantizeRules.Check(stage, quantize);
                break;
        }

        if (expanded is not null)
        {
            stage.EndInstruction(expanded);
        }
    }
}
