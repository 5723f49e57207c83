using System.Text.RegularExpressions;
using GGUFPacker.Build.Graph;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Tests.Checks;

/// <summary>Which of our codes stands for which sentence of the reference, where the fault shows when stages become a graph.</summary>
internal static class GraphErrors
{
    private static readonly (string Pattern, string Code)[] Codes =
    [
        ("^base name .* should not be blank", DiagnosticCodes.InvalidFrom),
        ("^failed to parse stage name", GraphDiagnosticCodes.UnknownStage),
        ("^lint violation found", DiagnosticCodes.LintViolation),
        ("^failed to parse (check options|build-arg:BUILDKIT_GGUFPACKER_CHECK)|invalid check option", DiagnosticCodes.InvalidCheck),
        ("variable expansion is not supported for --from", GraphDiagnosticCodes.UnknownStage),
        ("^failed to parse platform", DiagnosticCodes.InvalidFlagValue),
        ("^circular dependency detected", GraphDiagnosticCodes.UnknownStage),
        ("needs to be defined before current stage", GraphDiagnosticCodes.UnknownStage),
        ("^invalid stage index", GraphDiagnosticCodes.UnknownStage),
        ("^source can't be a (URL|git ref) for COPY", GraphDiagnosticCodes.RemoteSource),
        (": not found( \\(did you mean|$)", GraphDiagnosticCodes.ImageMissing),
        ("target stage .* could not be found", GraphDiagnosticCodes.UnknownTarget),
    ];

    public static string? CodeOf(string sentence) => Codes.FirstOrDefault(c => Regex.IsMatch(sentence, c.Pattern, RegexOptions.CultureInvariant)).Code;
}
