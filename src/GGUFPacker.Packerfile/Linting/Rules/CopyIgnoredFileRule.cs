using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Ignoring;

namespace GGUFPacker.Packerfile.Linting.Rules;

/// <summary>CopyIgnoredFile. An ignore file with exceptions is not judged: a file inside an ignored directory may be back.</summary>
internal static class CopyIgnoredFileRule
{
    public static void Check(StageFacts stage, string verb, ImmutableArray<string> sources, SourceSpan span)
    {
        var ignored = stage.Options.Ignored;
        if (ignored.IsEmpty || ignored.HasExceptions)
        {
            return;
        }

        foreach (var source in sources.Where(source => !SourceRules.IsRemote(source)).Select(LexicalPath.Clean))
        {
            if ((source is "." or "/" && !ignored.IgnoresEverything) || !IsIgnored(ignored, source))
            {
                continue;
            }

            stage.Report(
                LintRules.CopyIgnoredFile, span, $"Attempting to {verb} file \"{source}\" that is excluded by {stage.Options.IgnoreFileName}");
        }
    }

    private static bool IsIgnored(IgnorePatterns ignored, string source)
    {
        try
        {
            return ignored.Matches(source);
        }
        catch (FormatException)
        {
            // The build tells.
            return false;
        }
    }
}
