using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Packerfile.Linting.Rules;

/// <summary>UnpinnedSource for ADD: a URL without a checksum, a repository without a revision.</summary>
internal static class SourceRules
{
    public static bool IsRemote(string source) => source.Contains("://", StringComparison.Ordinal) || GitSource.Is(source);

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
        // The commit's own name pins a repository too.
        if (!string.IsNullOrEmpty(add.Checksum))
        {
            return null;
        }

        if (source.StartsWith("hf://", StringComparison.Ordinal))
        {
            return source.Contains('@', StringComparison.Ordinal) ? null : "names no revision (hf://ORG/REPO@REVISION)";
        }

        if (!GitSource.Is(source))
        {
            return source.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? "has no --checksum" : null;
        }

        var parts = source.Split('#', 2);
        var names = parts[0].Split('?', 2) is [_, var query]
            && query.Split('&').Any(part => part.Split('=')[0] is "ref" or "tag" or "branch" or "checksum" or "commit");
        return names || (parts.Length == 2 && parts[1].Split(':')[0].Length > 0) ? null : "names no revision (URL.git#REVISION)";
    }
}
