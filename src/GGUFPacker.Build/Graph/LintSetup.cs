using System.Collections.Immutable;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.References;
using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Ignoring;
using GGUFPacker.Packerfile.Linting;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Build.Graph;

/// <summary>Brings the lint rules, the file's options for them and what the build knows together.</summary>
internal static class LintSetup
{
    /// <summary>The build argument that takes the place of the file's <c>check</c> directive.</summary>
    public const string CheckArgument = "BUILDKIT_GGUFPACKER_CHECK";

    // Those that are useless without one are errors; these are poor.
    private static readonly ImmutableHashSet<string> WantImportanceMatrix =
        ImmutableHashSet.Create(StringComparer.OrdinalIgnoreCase, "IQ3_XS", "IQ3_S", "IQ3_M", "Q2_K");

    /// <summary>The reporter for a file; faulty options are a diagnostic.</summary>
    public static LintReporter CreateReporter(PackerfileDocument document, BuildRequest request, DiagnosticBag diagnostics)
    {
        var options = request.BuildArguments.TryGetValue(CheckArgument, out var given)
            ? Parse(given, $"the build argument {CheckArgument}")
            : Parse(document.Check, "the check directive");
        var more = Parse(request.Check, "the request's check options");
        return new(options.With(more) with { IsError = options.IsError || more.IsError });

        CheckOptions Parse(string? text, string what)
        {
            try
            {
                return CheckOptions.Parse(text ?? "");
            }
            catch (FormatException error)
            {
                var span = document.Directives.FirstOrDefault(directive => directive.Name == "check")?.Span ?? SourceSpan.File(document.Path);
                diagnostics.Error(DiagnosticCodes.InvalidCheck, span, $"{char.ToUpperInvariant(what[0])}{what[1..]} is malformed: {error.Message}");
                return new();
            }
        }
    }

    /// <summary>What the rules know of a build.</summary>
    public static LintOptions CreateOptions(BuildRequest request, PlatformArguments platform, IReadOnlySet<int>? stages)
    {
        var ignoreFile = IgnoreFiles.Find(request, ContextNode.BuildContext, request.ContextDirectory);
        return new()
        {
            BuildArguments = request.BuildArguments,
            Platform = platform,
            Stages = stages,
            Ignored = ReadIgnored(ignoreFile),
            IgnoreFileName = ignoreFile is null ? IgnoreFile.Name : Path.GetFileName(ignoreFile),
            NamedContexts = [.. request.NamedContexts.Keys, .. request.NamedImages.Keys],
            IsImageName = name => ImageReference.TryParse(name, out _),
            WantsImportanceMatrix = WantImportanceMatrix.Contains,
        };
    }

    private static IgnorePatterns ReadIgnored(string? ignoreFile)
    {
        try
        {
            return IgnoreFiles.Read(ignoreFile);
        }
        catch (BuildException)
        {
            // The step that reads the context tells.
            return IgnorePatterns.None;
        }
    }
}
