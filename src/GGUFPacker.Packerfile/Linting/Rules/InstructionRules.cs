using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Packerfile.Linting.Rules;

/// <summary>LegacyKeyValueFormat, MultipleInstructionsDisallowed, CommandFileNotMade.</summary>
internal static class InstructionRules
{
    public static void CheckLabel(StageFacts stage, LabelInstruction label)
    {
        foreach (var definition in label.Labels)
        {
            stage.Labels = stage.Labels.Add(definition.Key);
            if (definition.IsLegacyForm)
            {
                stage.Report(
                    LintRules.LegacyKeyValueFormat,
                    label.Span,
                    $"\"{label.Keyword} key=value\" should be used instead of legacy \"{label.Keyword} key value\" format");
            }
        }
    }

    public static void CheckCommand(StageFacts stage, CmdInstruction command)
    {
        if (stage.Command is { } ignored)
        {
            stage.Report(
                LintRules.MultipleInstructionsDisallowed,
                ignored.Span,
                $"Multiple {command.Keyword} instructions should not be used in the same stage because only the last one will be used");
        }

        stage.Command = command;
        foreach (var value in command.Files.Select(file => file.Value).Distinct().Where(value => !MayExist(stage, value)))
        {
            stage.Report(LintRules.CommandFileNotMade, command.Span, $"CMD names '{value}', which no instruction before it makes");
        }
    }

    private static bool MayExist(StageFacts stage, string value)
    {
        var path = StageFacts.PathOf(value);
        return stage.HasUnknownFiles || stage.Files.ContainsKey(path)
            || stage.Files.Any(file => file.Value.IsTree && (file.Key == "/" || path.StartsWith(file.Key + "/", StringComparison.Ordinal)));
    }
}
