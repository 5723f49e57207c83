using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Packerfile.Linting.Rules;

/// <summary>UnpinnedSource for ADD: a URL without a checksum, a repository without a revision.</summary>
internal static class SourceRules
{
    public static bool IsRemote(string source) =>
        source.Contains("://", StringComparison.Ordinal) || (source.StartsWith("git@", StringComparison.Ordinal) && source.Contains(':', StringComparison.Ordinal));

    public static void Check(StageFacts stage, AddInstruction add)
    {
        foreach (var source in add.Sources.Where(IsRemote))
        {
            if (What(source, add) is { } what)
            {
                stage.Report(LintRules.UnpinnedSource, add.Span, $"'{source}' {what}, so that tomorrow's build may get something else");
            }
        }
    }

    private static string? What(string source, AddInstruction add)
    {
        var parts = source.Split('#', 2);
        var revision = parts.Length == 2 ? parts[1].Split(':')[0] : "";
        if (source.StartsWith("hf://", StringComparison.Ordinal))
        {
            return source.Contains('@', StringComparison.Ordinal) ? null : "names no revision (hf://ORG/REPO@REVISION)";
        }

        var isHttp = source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal);
        return isHttp && !parts[0].EndsWith(".git", StringComparison.Ordinal)
            ? add.Checksum is null ? "has no --checksum" : null
            : revision.Length == 0 ? "names no revision (URL.git#REVISION)" : null;
    }
}
