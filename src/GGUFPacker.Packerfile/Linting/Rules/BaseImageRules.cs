using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Linting.Rules;

/// <summary>
/// What FROM may do wrong: UndefinedArgInFrom, InvalidDefaultArgInFrom, RedundantTargetPlatform, FromPlatformFlagConstDisallowed, and UnpinnedSource for
/// images.
/// </summary>
internal static class BaseImageRules
{
    /// <summary>Checks each FROM.</summary>
    /// <returns>The global variables.</returns>
    public static BuildVariables Check(PackerfileDocument document, LintOptions options, LintReporter reporter)
    {
        var expander = new WordExpander(document.Escape);
        var globals = Globals(options.BuildArguments);
        CheckDefaults(document, expander, Globals(ImmutableDictionary<string, string>.Empty), options, reporter);
        foreach (var stage in document.Stages)
        {
            var local = reporter.Options.WithComments(stage.From.Comments);
            CheckNames(stage.From.BaseName);
            if (stage.From.Platform is { Length: > 0 } platform)
            {
                CheckNames(platform);
                CheckPlatform(stage.From, platform);
            }

            void CheckNames(string word)
            {
                foreach (var name in Unmatched(word).Where(name => !globals.Declared.Contains(name)))
                {
                    var hint = Suggestion.Find(name, globals.Declared.Union(globals.Values.Keys).Order(StringComparer.Ordinal)) is { } known
                        ? $" (did you mean {known}?)"
                        : "";
                    reporter.Report(LintRules.UndefinedArgInFrom, stage.From.Span, $"FROM argument '{name}' is not declared{hint}", local);
                }
            }

            void CheckPlatform(FromInstruction from, string word)
            {
                WordExpansion expansion;
                try
                {
                    expansion = expander.Analyze(word, globals.Values);
                }
                catch (ExpansionException)
                {
                    return;
                }

                if (expansion is { Matched: ["TARGETPLATFORM"], Unmatched: [] } && expansion.Value == globals.Values["TARGETPLATFORM"])
                {
                    reporter.Report(
                        LintRules.RedundantTargetPlatform,
                        from.Span,
                        $"Setting platform to predefined {word} in FROM is redundant as this is the default behavior",
                        local);
                }

                if (expansion is { Matched: [], Unmatched: [] } && expansion.Value.Split('/') is [var system, var architecture, ..] parts && parts.Length <= 3
                    && !(from.StageName is { } stageName && (stageName.Contains(system, StringComparison.Ordinal) || stageName.Contains(architecture, StringComparison.Ordinal))))
                {
                    reporter.Report(
                        LintRules.FromPlatformFlagConstDisallowed,
                        from.Span,
                        $"FROM --platform flag should not use constant value \"{expansion.Value}\"",
                        local);
                }
            }
        }

        return globals;

        BuildVariables Globals(ImmutableDictionary<string, string> given) =>
            document.GlobalArguments.Aggregate(BuildVariables.Create(given, options.Platform), (variables, argument) => variables.Declare(argument, expander));

        SortedSet<string> Unmatched(string word)
        {
            var unmatched = new SortedSet<string>(StringComparer.Ordinal);
            try
            {
                expander.Expand(word, globals.Values, unmatched);
            }
            catch (ExpansionException)
            {
                // The build tells.
            }

            return unmatched;
        }
    }

    // The base must be a name even if nothing is given from outside. A fault in a reference ends the check, as in BuildKit: the build tells.
    private static void CheckDefaults(PackerfileDocument document, WordExpander expander, BuildVariables defaults, LintOptions options, LintReporter reporter)
    {
        foreach (var from in document.Stages.Select(stage => stage.From))
        {
            string name;
            try
            {
                name = expander.Expand(from.BaseName, defaults.Values);
            }
            catch (ExpansionException)
            {
                return;
            }

            if (!options.IsImageName(name))
            {
                reporter.Report(
                    LintRules.InvalidDefaultArgInFrom, from.Span, $"Default value for ARG {from.BaseName} results in empty or invalid base image name");
            }
            else if (IsUnpinnedImage(document, options, name))
            {
                reporter.Report(
                    LintRules.UnpinnedSource,
                    from.Span,
                    $"The base image {name} has no tag or the tag 'latest', which moves: name a version or a digest",
                    reporter.Options.WithComments(from.Comments));
            }
        }
    }

    private static bool IsUnpinnedImage(PackerfileDocument document, LintOptions options, string name) =>
        name != "scratch"
            && !options.NamedContexts.Contains(name)
            && !document.Stages.Any(stage => string.Equals(stage.Name, name, StringComparison.OrdinalIgnoreCase))
        && !name.All(char.IsAsciiDigit) && !name.Contains('@', StringComparison.Ordinal)

            && name[(name.LastIndexOf('/') + 1)..] is var last
            && (!last.Contains(':', StringComparison.Ordinal) || last.EndsWith(":latest", StringComparison.Ordinal));
}
