using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Packerfile.Linting.Rules;

/// <summary>MissingLicense: a GGUF file that was added, that CMD starts, and no label that tells its licence.</summary>
internal static class LicenseRule
{
    private static readonly string[] Labels = ["org.opencontainers.image.licenses", "gguf.model.licenses"];

    public static void Check(StageFacts stage)
    {
        if (stage.Command is { } command
            && command.Files.FirstOrDefault(file => file.Kind == CommandFileKind.Model) is { } model
            && stage.Files.GetValueOrDefault(StageFacts.PathOf(model.Value)) is { IsFromElsewhere: true }
            && !Labels.Any(stage.Labels.Contains))
        {
            stage.BeginInstruction(command);
            stage.Report(
                LintRules.MissingLicense, command.Span, $"'{model.Value}' comes from elsewhere, and no label tells its licence: LABEL {Labels[0]}=\"…\"");
        }
    }
}
