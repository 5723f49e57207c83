using System.Collections.Immutable;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Embedded;

/// <summary>Says so where an ignore file exists that this engine does not read yet: silence would ship files that the user has excluded.</summary>
internal static class IgnoreFiles
{
    public static ImmutableArray<Diagnostic> Warn(BuildRequest request)
    {
        string[] candidates =
        [
            request.PackerfilePath + ".ggufpackerignore",
            Path.Combine(request.ContextDirectory, ".ggufpackerignore"),
            Path.Combine(request.ContextDirectory, ".dockerignore"),
        ];
        return
        [
            .. candidates.Where(File.Exists).Take(1).Select(path => new Diagnostic(
                GraphDiagnosticCodes.IgnoreFileNotRead, DiagnosticSeverity.Warning, SourceSpan.File(path), "Ignore files are not read yet; ADD and COPY see every file of the context.")),
        ];
    }
}
